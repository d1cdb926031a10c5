"""What cells and logs name beside words: hosts and addresses, commands, services, packages. Pure.

`entities_of` is the one door; what a shell line runs is in shell.py, names and addresses in hosts.py, what ansible says
of each host in ansible.py.
"""

from search.entities.recognising import Entities, Kind, entities_of

__all__ = ["Entities", "Kind", "entities_of"]
