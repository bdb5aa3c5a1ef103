from learning.admin import answers, fairness, leagues, pools, statements
from learning.admin.access import GamesAdmin

__all__ = ["GamesAdmin", "answers", "fairness", "leagues", "pools", "statements"]
