"""The workers app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from personas import tokenizers
from personas.trials import Trials, install


class WorkersConfig(AppConfig):
    """Everything that runs live."""

    name = "workers"
    verbose_name = _("Workers")

    def ready(self) -> None:
        """Make our Celery application the current one in every process, with its tasks known by name.

        Whoever recalls memories in this process asks this process's engine room for the vectors of questions; whoever
        counts tokens gets its tokenizers.
        """
        app = import_module("vtcontrol.celery").app
        for module in app.conf.imports:
            import_module(module)
        embedding = import_module("workers.mind.embedding")
        import_module("memory.selectors.semantics").embed_queries_with(embedding.room)
        install(_engine_trials)
        tokenizers.install(tokenizers.CounterRoom(import_module("workers.tokenizing").OperatorsTables()))


def _engine_trials() -> Trials:
    """Return who tries engines for the admin; loaded when somebody does, since it brings every vendor's adapter."""
    made: Trials = import_module("workers.trials").EngineTrials()
    return made
