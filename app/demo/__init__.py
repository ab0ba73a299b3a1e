"""The demonstration trust: Oxford Health's places and services with teams, wards and reviews of our
own making, so that a newcomer sees the service at work. Nothing here is a real team's figure.

`organisation.csv` is a list of teams as `everyvoice import-organisation` takes it, but for its
months, which are told as `13 months ago` so that the moves stay within the two years shown.
"""
