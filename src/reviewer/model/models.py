"""Models, their aliases, their ids at each provider and list prices. The one place to change when Anthropic changes them.

Source: the model and pricing pages of platform.claude.com, as of 2026-11-23. Prices move: what is computed is an estimate.
Bedrock and Vertex AI ask the list price at their global endpoints and more (10% in 2026) at those of a region or geography:
there a price is unknown and not guessed.
"""

from __future__ import annotations

from typing import Literal, get_args

from reviewer.core.lazily import lazily
from reviewer.core.report import Usage
from reviewer.core.value import value

PRICES_AS_OF = "2026-11-23"
DEFAULT_ALIAS = "sonnet"
DEFAULT_CEILING_USD = 5.0  # of a run when the user names none: no change may cost without limit
_MILLION = 1_000_000
Effort = Literal["low", "medium", "high", "xhigh", "max"]
Provider = Literal["anthropic", "bedrock", "vertex"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)

#: Of an id on Bedrock: `arn:…/`, then a geography, then the vendor. On Vertex AI a version may follow behind an `@`.
_BEDROCK_PREFIX = lazily(r"(?:arn:[^/]*/)?(?:([a-z]{2,6}(?:-[a-z]+)?)\.)?anthropic\.")
#: Ids of Bedrock for models before Claude 4.7: a date, or the version of the id itself, or 4.6.
_BEDROCK_OLD = lazily(r"-\d{8}\b|-v\d+(?::\d+)?\Z|claude-[a-z]+-4-6\Z|claude-3")


@value()
class Price:
    """US dollars per million tokens; `cache_write` is that of the 5-minute cache."""

    input: float
    output: float
    cache_write: float
    cache_read: float


@value()
class Model:
    """A model: `id` at Anthropic, `bedrock` (the global inference profile) and `vertex` at the clouds.

    A prompt of more than `tier_tokens` tokens is charged by `long_price` as a whole.

    `effort` is how deep it thinks. It is set and not left to the model's default, which is `medium` for some: a review that
    misses a data loss costs more than the tokens.
    """

    id: str
    alias: str
    bedrock: str
    vertex: str
    price: Price
    effort: Effort = "high"
    tier_tokens: int | None = None
    long_price: Price | None = None

    def id_at(self, provider: Provider) -> str:
        """What a request names the model by."""
        return {"anthropic": self.id, "bedrock": self.bedrock, "vertex": self.vertex}[provider]

    def price_for(self, prompt_tokens: int) -> Price:
        """The price that applies to a prompt of that length, cached tokens included."""
        if self.long_price is not None and self.tier_tokens is not None and prompt_tokens > self.tier_tokens:
            return self.long_price
        return self.price


MODELS = (
    Model(
        id="claude-fable-5-1",
        alias="fable",
        bedrock="global.anthropic.claude-fable-5-1",
        vertex="claude-fable-5-1",
        price=Price(input=10, output=50, cache_write=12.5, cache_read=0.25),
    ),
    Model(
        id="claude-opus-5-5",
        alias="opus",
        bedrock="global.anthropic.claude-opus-5-5",
        vertex="claude-opus-5-5",
        price=Price(input=4, output=20, cache_write=5, cache_read=0.2),
    ),
    Model(
        id="claude-sonnet-5-5",
        alias="sonnet",
        bedrock="global.anthropic.claude-sonnet-5-5",
        vertex="claude-sonnet-5-5",
        price=Price(input=2, output=10, cache_write=2.5, cache_read=0.1),
    ),
    Model(
        id="claude-haiku-5-5",
        alias="haiku",
        bedrock="global.anthropic.claude-haiku-5-5",
        vertex="claude-haiku-5-5",
        price=Price(input=0.1, output=0.5, cache_write=0.125, cache_read=0.01),
        tier_tokens=100_000,
        long_price=Price(input=0.5, output=2.5, cache_write=0.625, cache_read=0.05),
    ),
)


def resolve(name: str, provider: Provider = "anthropic") -> str:
    """The provider's id for an alias or for Anthropic's id of a model of the table; any other name is taken as an id.

    Empty and `inherit` mean the default model.
    """
    wanted = name.strip()
    if wanted.lower() in ("", "inherit"):
        wanted = DEFAULT_ALIAS
    return next((m.id_at(provider) for m in MODELS if wanted.lower() == m.alias or wanted == m.id), wanted)


def known(model_id: str) -> Model | None:
    """The table's entry for an alias or for an id in the form of any provider."""
    wanted = _BEDROCK_PREFIX.sub("", resolve(model_id), count=1).partition("@")[0]
    return next((model for model in MODELS if model.id == wanted), None)


def has_list_price(model_id: str, provider: Provider, region: str) -> bool:
    """Whether the table's price is the one that is asked there. Only what is documented as equal counts as known."""
    if known(model_id) is None:
        return False
    if provider == "bedrock":
        prefix = _BEDROCK_PREFIX.match(model_id)
        return prefix is not None and prefix[1] == "global"
    return provider == "anthropic" or region == "global"


def has_old_bedrock_version(model_id: str) -> bool:
    """Whether Bedrock serves the model only in its first API version: models before Claude 4.7, as far as an id tells."""
    return _BEDROCK_OLD.search(model_id) is not None


def cost(usage: Usage, model_id: str) -> float | None:
    """What the tokens of ONE request cost in dollars; None when the model's price is not known."""
    model = known(model_id)
    if model is None:
        return None
    price = model.price_for(usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens)
    return (
        usage.input_tokens * price.input
        + usage.cache_write_tokens * price.cache_write
        + usage.cache_read_tokens * price.cache_read
        + usage.output_tokens * price.output
    ) / _MILLION


def worst_case(texts: tuple[str, ...], max_output_tokens: int, model_id: str) -> float | None:
    """More than a request with these texts can cost: nothing cached, all of it written to the cache, the longest answer."""
    model = known(model_id)
    if model is None:
        return None
    tokens = sum(token_bound(text) for text in texts) + 2_000  # the schema and what the service adds
    price = model.price_for(tokens)
    return (tokens * max(price.input, price.cache_write) + max_output_tokens * price.output) / _MILLION


def token_bound(text: str) -> int:
    """A cautious bound, well above what code costs: two letters or blanks make a token, every other byte is one."""
    pairs = sum(character.isascii() and (character.isalpha() or character.isspace()) for character in text)
    return len(text.encode("utf-8", "surrogatepass")) - pairs + (pairs + 1) // 2


def total(usages: list[Usage]) -> Usage:
    """The sum; the cost is None as soon as one is."""
    costs = [usage.cost_usd for usage in usages]
    return Usage(
        requests=sum(usage.requests for usage in usages),
        input_tokens=sum(usage.input_tokens for usage in usages),
        cache_write_tokens=sum(usage.cache_write_tokens for usage in usages),
        cache_read_tokens=sum(usage.cache_read_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        seconds=sum(usage.seconds for usage in usages),
    )
