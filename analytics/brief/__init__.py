"""The brief: a release on two pages for those who lead, and on one page for each area, in three languages.

It is made from a release and from nothing else; every number in it is one of the release.
"""
