from learning.admin import answers, fairness, hints, leagues, pools, statements
from learning.admin.access import GamesAdmin

__all__ = ["GamesAdmin", "answers", "fairness", "hints", "leagues", "pools", "statements"]
