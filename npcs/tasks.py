from django.utils import timezone

from npcs.actions.ingestion import give_up, read_file
from npcs.models import KnowledgeFile
from padawanforge.kit import work
from padawanforge.kit.jobs import job


@job("npcs.ingest")
def ingest(pk: int) -> None:
    """Read one knowledge file, unless another worker does or it is gone."""
    if KnowledgeFile.objects.claim(pk, now=timezone.now()):
        read_file(file=KnowledgeFile.objects.get(pk=pk))


work.register(KnowledgeFile, job="npcs.ingest", give_up=give_up)
