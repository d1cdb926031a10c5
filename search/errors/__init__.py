"""Error first: a pasted traceback or some lines of a log, matched to what failed like it before.

recognising.py   text -> Pasted: what of it tells                                        pure
folding.py       what two errors have in common once numbers, dates, paths ... are gone   pure
resembling.py    how much a text that failed is like what was pasted                      pure
meeting.py       where it was met before, by whom, and what was executed next that succeeded
"""
