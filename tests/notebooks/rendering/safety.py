"""What safe HTML is, told by an HTML parser of its own: not by the code that makes it so."""

import re
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "col", "wbr"}
FORBIDDEN = {
    "annotation-xml", "applet", "audio", "base", "body", "button", "embed", "feimage", "foreignobject",
    "form", "frame", "frameset", "head", "html", "input", "isindex", "link", "maction", "meta",
    "mglyph", "noscript", "object", "picture", "script", "select", "source", "style", "svg", "template",
    "textarea", "title", "track", "use", "video", "xmp",
}  # fmt: skip
OURS_WITH_ADDRESS = {("a", "hx-get"), ("a", "hx-target"), ("a", "hx-swap")}
ADDRESS = re.compile(r"(/(assets|outputs|frame|here)/|#|https?://|mailto:|tel:|//|\\\\|/\\)")


class Checker(HTMLParser):
    """Collects what must not be there."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults = []
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            self.attribute(tag, name, value or "")

    def attribute(self, tag, name, value):
        if name.startswith("on") or name in {
            "style",
            "srcset",
            "srcdoc",
            "formaction",
            "ping",
            "background",
            "target",
        }:
            self.faults.append(f"{tag} {name}={value!r}")
        if re.match(r"(data-)?hx-", name) and (tag, name) not in OURS_WITH_ADDRESS:
            self.faults.append(f"{tag} {name}={value!r}")
        if name in {"href", "hx-get"} and not ADDRESS.match(value):
            self.faults.append(f"{tag} {name}={value!r}")
        if name == "hx-get" and not value.startswith("/outputs/"):
            self.faults.append(f"{tag} {name}={value!r}")
        if name == "src" and not re.match(r"/(assets|frame)/[0-9a-f]{64}$|/here/", value):
            self.faults.append(f"{tag} {name}={value!r}")
        if name == "id" and not value.startswith("cell-7-"):
            self.faults.append(f"{tag} {name}={value!r}")
        if name == "href" and tag != "a":
            self.faults.append(f"{tag} {name}={value!r}")
        if tag == "iframe" and name == "sandbox" and value != "allow-scripts":
            self.faults.append(f"{tag} {name}={value!r}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes what was not open")

    def handle_comment(self, data):
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.faults.append(f"<!{decl}>")

    def handle_pi(self, data):
        self.faults.append(f"<?{data}>")

    def unknown_decl(self, data):
        self.faults.append(f"<![{data}]>")


def faults(html):
    """What is wrong with placed HTML; empty where nothing is."""
    checker = Checker()
    checker.feed(html)
    checker.close()
    found = checker.faults + [f"<{tag}> is never closed" for tag in checker.open]
    if re.search("[\x00\x02\x03]", html):
        found.append("a marker is left")
    return found
