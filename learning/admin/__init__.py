from learning.admin import answers, fairness, pools, statements
from learning.admin.access import GamesAdmin

__all__ = ["GamesAdmin", "answers", "fairness", "pools", "statements"]
