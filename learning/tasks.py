from django.core.cache import cache
from django.utils import timezone

from learning.actions import generation, imports, leagues, likeness, mastery
from learning.models import GenerationRun, ImportRun
from padawanforge.kit import jobs, work

ONCE_IN_SECONDS = 23 * 3600


@jobs.job("learning.refresh_mastery")
def refresh_mastery() -> None:
    mastery.refresh_mastery()


@jobs.every(3600, name="learning.ask_for_refresh")
def ask_for_refresh() -> None:
    """Once a day, whichever process looks first; the work itself is too long for the thread of the clock."""
    if cache.add("learning.mastery_refreshed", True, timeout=ONCE_IN_SECONDS):
        jobs.enqueue("learning.refresh_mastery")


@jobs.job("learning.know_likeness")
def know_likeness() -> None:
    """Fingerprints and vectors of statements that have none yet; a batch at a time, until none is left."""
    likeness.fingerprint_missing()
    if likeness.embed_missing():
        jobs.enqueue("learning.know_likeness")


@jobs.every(600, name="learning.ask_for_likeness")
def ask_for_likeness() -> None:
    if cache.add("learning.likeness_known", True, timeout=500):
        jobs.enqueue("learning.know_likeness")


@jobs.job("learning.tend_leagues")
def tend_leagues() -> None:
    leagues.tend_leagues(now=timezone.now())


@jobs.every(600, name="learning.ask_for_leagues")
def ask_for_leagues() -> None:
    if cache.add("learning.leagues_tended", True, timeout=500):
        jobs.enqueue("learning.tend_leagues")


@jobs.job("learning.examine_import")
def examine_import(pk: int) -> None:
    """Look at one file of statements, unless another worker does or it is gone."""
    if not ImportRun.objects.claim(pk, now=timezone.now()):
        return
    if run := ImportRun.objects.filter(pk=pk).select_related("topic").first():
        imports.examine(run=run)


work.register(ImportRun, job="learning.examine_import", give_up=imports.give_up)


@jobs.job("learning.generate")
def generate(pk: int) -> None:
    """Make statements from one character's notes, unless another worker does or the run is gone."""
    if not GenerationRun.objects.claim(pk, now=timezone.now()):
        return
    found = GenerationRun.objects.select_related("npc", "topic", "started_by")
    if run := found.filter(pk=pk).first():
        generation.generate(run=run)


work.register(GenerationRun, job="learning.generate", give_up=generation.give_up)
