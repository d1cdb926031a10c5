"""The door for sidestickies, which takes us for an Etherpad with ep_weave.

A notebook server asks `search` with a key of one space; a person's browser opens `/t/<title>` and `/p/<id>`.
"""
