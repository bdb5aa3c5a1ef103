"""How good the statements are, for those who author them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from learning.actions.flips import flip_key
from learning.actions.review import Why, approve, retire
from learning.models import FairnessFigure, Lifecycle, ReviewReason, Statement, StatementPool
from learning.permissions import may_author
from learning.queries.fairness import Compared, figures, unequal_now
from learning.queries.performance import pool_performance
from learning.queries.quality import BANDS, coverage, doubts, gains, items, recent_flips, row_of
from learning.queries.statements import topics_with_counts
from learning.rules.fairness import SMALLEST_GROUP, UNEQUAL_ABOVE
from padawanforge.kit.access import requires
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import page_of

ON_A_PAGE = 50
POOLS_SHOWN = 20
ORDER = ("quality_score", "pk")
BY_GAP = ("-gap", "pk")


@requires(may_author)
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """What needs somebody's eye, and how the topics, characters and pools do."""
    pools = pool_performance(StatementPool.objects.select_related("npc", "topic")).order_by("-pk")
    context = {
        "doubts": doubts(), "topics": coverage(), "gains": gains(), "flips": recent_flips(),
        "pools": pools[:POOLS_SHOWN],
    }  # fmt: skip
    return render(request, "learning/quality/overview.html", context)


@requires(may_author)
@require_safe
def quality_items(request: HttpRequest) -> HttpResponse:
    """All answered statements, the worst first."""
    chosen = {name: request.GET.get(name, "") for name in ("topic", "band", "lifecycle")}
    try:
        rows = items(**chosen).prefetch_related(unequal_now())
        page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""), limit=ON_A_PAGE)
    except ValidationError:
        return redirect("learning:quality-items")
    context = {
        "rows": [row_of(one) for one in page.rows], "after": page.after, "chosen": chosen,
        "bands": [str(band) for band in BANDS], "states": Lifecycle.choices, "topics": topics_with_counts(),
    }  # fmt: skip
    return render(request, "learning/quality/items.html", context)


@requires(may_author)
@require_safe
def quality_fairness(request: HttpRequest) -> HttpResponse:
    """What is harder for some than for others who know as much, the most unequal first."""
    chosen = {name: request.GET.get(name, "") for name in ("by", "show", "statement")}
    try:
        one = UUID(chosen["statement"]) if chosen["statement"] else None
        rows = figures(by=chosen["by"], unequal=chosen["show"] == "unequal", statement=one)
        page = page_of(rows, order=BY_GAP, cursor=request.GET.get("after", ""), limit=ON_A_PAGE)
    except (ValueError, ValidationError):
        return redirect("learning:quality-fairness")
    context = {
        "rows": [Compared(figure) for figure in page.rows], "after": page.after, "chosen": chosen,
        "ways": FairnessFigure.By.choices, "smallest": SMALLEST_GROUP, "above": UNEQUAL_ABOVE,
    }  # fmt: skip
    return render(request, "learning/quality/fairness.html", context)


@requires(may_author)
@require_POST
def quality_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Flip the key, retire it or keep it as it is."""
    statement = get_object_or_404(Statement, pk=pk)
    verb = request.POST.get("verb", "")
    try:
        _decide(request, statement, verb)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("learning:quality")


def _decide(request: HttpRequest, statement: Statement, verb: str) -> None:
    rows = Statement.objects.filter(pk=statement.pk)
    if verb == "flip":
        was = request.POST.get("was") == "true"
        flip = flip_key(statement=statement, was=was, player=request.user, now=timezone.now())
        messages.success(
            request, f"The key is flipped and {flip.rescored} answers are scored anew. The players are told."
        )
    elif verb == "retire":
        retire(statements=rows, player=request.user, why=Why(ReviewReason.STATISTICS))
        messages.success(request, "Out of play for good.")
    elif verb == "keep":
        approve(statements=rows, player=request.user, why=Why(ReviewReason.STATISTICS, "Kept as it is."))
        messages.success(request, "Back in play. Only later answers can bring it here again.")
    else:
        raise Http404
