"""Decisions without a database: what answers are worth, how long there is time, who meets whom; doors and ranks."""
