"""Hosts, commands, services and packages are recognised where an operator would see them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.parsing import parse
from notebooks.rendering.searchtext import output_text
from search.entities import Kind, entities_of
from search.entities.ansible import Outcome, told_in
from search.entities.shell import commands_in

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "operationhub"


def in_shell(source, kind):
    return list(entities_of(source, "", "bash").of(kind))


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("df -h", ["df"]),
        ("/usr/sbin/logrotate -f /etc/logrotate.conf", ["logrotate"]),
        ("sudo -u postgres pg_dump db | gzip > dump.gz", ["sudo", "pg_dump", "gzip"]),
        ("cat a && grep b c || tail d; ls", ["cat", "grep", "tail", "ls"]),
        ("for f in *.log; do gzip $f; done", ["gzip"]),
        ("if grep -q x y; then rm z; fi", ["grep", "rm"]),
        ("LANG=C FOO='a b' sort x", ["sort"]),
        ("echo $(hostname -s) `date`", ["date", "hostname"]),
        ("# rm -rf /\nls # rm", ["ls"]),
        ("echo \"rm; mv\" 'cp'", []),
        ("cat <<'EOF' > x\nrm -rf /\nEOF\nls", ["cat", "ls"]),
        ("tar xzf a.tgz \\\n  -C /tmp", ["tar"]),
        ("find . -name x 2>/dev/null | xargs -n 1 rm", ["find", "xargs", "rm"]),
        ("timeout 10 ping -c 1 web-01", ["timeout", "ping"]),
        ("ssh -p 22 kato@web-01 'sudo systemctl restart nginx'", ["ssh", "sudo", "systemctl"]),
        ("ansible web -b -m shell -a 'df -h | sort'", ["ansible", "df", "sort"]),
        ("ansible web -a 'chdir=/tmp ls'", ["ansible", "ls"]),
        ("ansible web -m ping", ["ansible"]),
        ("", []),
    ],
)
def test_commands_that_lines_of_a_shell_run(script, commands):
    assert [words[0] for words in commands_in(script)] == commands


def test_in_python_only_lines_with_a_bang_run_commands():
    source = "import os\nls = os.listdir\n!df -h {path}\nout = !grep x {str(name)} y\nif a != b: pass"
    assert list(entities_of(source, "", "python").commands) == ["df", "grep"]
    assert list(entities_of("%%bash\nuptime\nfree", "", "python").commands) == ["uptime", "free"]
    assert list(entities_of("!!logrotate -f x", "", "bash").commands) == ["logrotate"]


@pytest.mark.parametrize(
    ("source", "hosts"),
    [
        ("curl https://Web-02.example.org:8443/x", ["web-02.example.org"]),
        ("ssh kato@web-17", ["web-17"]),
        ("ssh -i key -o A=b db-01 uptime", ["db-01"]),
        ("scp a.txt kato@db-01:/tmp", ["db-01"]),
        ("rsync -av ./x backup:/y", ["backup"]),
        ("ping -c 3 10.0.12.7", ["10.0.12.7"]),
        ("ip addr add 2001:db8::1/64 dev eth0", ["2001:db8::1"]),
        ("ansible web-03 -m ping; ansible webservers -m ping", ["web-03"]),
        ("ansible-playbook site.yml -l web-03,db-01", ["web-03", "db-01"]),
        ("cat /etc/logrotate.conf os.path 1.2.3 127.0.0.1 localhost 999.1.1.1 v1.2.3.4", []),
        ("mail ops@example.com", ["example.com"]),
        ("date +%H:%M:%S 12:30:45", []),
    ],
)
def test_hosts_by_form_and_where_a_command_means_one(source, hosts):
    assert in_shell(source, Kind.HOST) == hosts


@pytest.mark.parametrize(
    ("source", "services", "packages"),
    [
        ("sudo systemctl restart nginx.service php-fpm", ["nginx", "php-fpm"], []),
        ("service httpd status", ["httpd"], []),
        ("journalctl -u slurmd --since today", ["slurmd"], []),
        ("ansible web-01 -b -m service -a 'name=nginx state=restarted'", ["nginx"], []),
        ("apt-get install -y nginx=1.18 curl", [], ["nginx", "curl"]),
        ("pip install 'requests>=2' -r requirements.txt jupyter[all]", [], ["requests", "jupyter"]),
        ("ansible web-01 -b -m yum -a 'name=httpd,php state=present'", [], ["httpd", "php"]),
    ],
)
def test_services_and_packages(source, services, packages):
    assert in_shell(source, Kind.SERVICE) == services
    assert in_shell(source, Kind.PACKAGE) == packages


PLAYBOOK = """
TASK [restart] ****
ok: [web-01.example.org]
changed: [web-02.example.org -> localhost]
fatal: [web-03.example.org]: UNREACHABLE! => {"changed": false}
failed: [10.0.0.4] (item=a) => {}

PLAY RECAP ****
web-01.example.org : ok=3    changed=1    unreachable=0    failed=0
web-05             : ok=1    changed=0    unreachable=0    failed=2
"""


def test_what_ansible_says_of_each_host():
    assert {each.host: each.outcome for each in told_in(PLAYBOOK)} == {
        "web-01.example.org": Outcome.CHANGED,
        "web-02.example.org": Outcome.CHANGED,
        "web-03.example.org": Outcome.UNREACHABLE,
        "10.0.0.4": Outcome.FAILED,
        "web-05": Outcome.FAILED,
    }
    ad_hoc = "web-01 | CHANGED | rc=0 >>\nx\nweb-02 | FAILED | rc=1 >>\n"
    ad_hoc += "web-03 | SUCCESS => {\nweb-04 | UNREACHABLE! => {"
    assert [(each.host, str(each.outcome)) for each in told_in(ad_hoc)] == [
        ("web-01", "changed"),
        ("web-02", "failed"),
        ("web-03", "ok"),
        ("web-04", "unreachable"),
    ]


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["bash", "python", ""]))
def test_no_text_breaks_it(source, output, language):
    entities_of(source, output, language)


@pytest.mark.corpus
def test_hosts_of_a_real_team_are_found_and_no_files():
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    hosts, commands = set(), set()
    for path in CORPUS.rglob("*.ipynb"):
        parsed = parse(path.read_bytes())
        for cell in parsed.cells:
            found = entities_of(cell.source, output_text(cell.outputs), parsed.language)
            hosts.update(found.hosts)
            commands.update(found.commands)
    assert {"web-02.example.org", "kvm-05.example.org", "db-01.example.org"} <= hosts
    assert all(host.endswith("example.org") or host[0].isdigit() for host in hosts), hosts
    assert "opsctl" in commands
