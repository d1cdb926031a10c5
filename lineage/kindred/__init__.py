"""Runbooks that hang together with one."""
