"""Layouts of notebook servers that are known, to begin a source with."""

from collections.abc import Mapping

# Where users/ and share/ stand in everybody's folder, they lead to everybody's notebooks once more. Paths in logs are
# those of a user's container.
OPERATION_HUB: Mapping[str, str] = {
    "name": "OperationHub",
    "address": "/home/user-notebooks",
    "owner_pattern": "{owner}/**",
    "exclude": "/*/users/\n/*/share/\n",
    "path_mapping": "/home/{owner}/notebooks => {owner}\n",
}
# What everybody on it shares, as a second source.
OPERATION_HUB_SHARE: Mapping[str, str] = {
    "name": "OperationHub: share",
    "address": "/var/lib/jupyterhub/share",
}
LAYOUTS: Mapping[str, Mapping[str, str]] = {
    "operationhub": OPERATION_HUB,
    "operationhub-share": OPERATION_HUB_SHARE,
}
