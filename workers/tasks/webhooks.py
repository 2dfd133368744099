"""The task of webhooks: write down what has to be told, and post what is due. The queue is "upkeep".

It comes by every two seconds where there is a webhook. Two of them at once do no harm: each message is claimed by one.
"""

import asyncio

from celery import shared_task
from django.conf import settings

from streams.services import webhooks
from vtcontrol.tenancy.tasks import SystemTask
from workers.providers.webhook import Message, post_all


@shared_task(name="upkeep.webhooks", base=SystemTask, acks_late=False)
def run_webhooks() -> None:
    """Tell every webhook what happened."""
    for webhook in webhooks.listening():
        webhooks.collect(webhook)
    deliver()


def deliver() -> int:
    """Post what is due, and write down what came of it; return how much was tried."""
    posts = webhooks.claim_due()
    if not posts:
        return 0
    messages = [Message(post.url, post.headers, post.body) for post in posts]
    answers = asyncio.run(post_all(messages, allow_private=settings.ALLOW_PRIVATE_URLS))
    for post, answer in zip(posts, answers, strict=True):
        webhooks.settle(post.delivery, webhooks.Outcome(answer.status, answer.trouble, answer.took_ms))
    return len(posts)
