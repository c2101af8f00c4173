"""Who sells Claude to this run, and whether what he wants is there: read from variables and files, without importing any SDK.

The names are those of the SDK's own clients, so that what other tools and actions set works here too. Of a variable only its name is ever
shown. An address is computed from the region; on a user's own machine a variable may name another, in the action nothing can.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from reviewer.app.addresses import checked_address
from reviewer.core.problem import ReviewError
from reviewer.core.value import value
from reviewer.model.access import ANTHROPIC_URL, Access, ApiKey, Bedrock, Vertex
from reviewer.model.cloud_credentials import NoAccessError, read_google
from reviewer.model.models import Provider

#: Every variable that the clouds are set up with in the action. The rest of its environment is thrown away.
CLOUD_VARIABLES = (
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "CLOUD_ML_REGION", "ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS",
)  # fmt: skip
_REGION = re.compile(r"[a-z][a-z0-9-]{1,40}")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9:._-]{1,100}")
_EXTRAS = {"bedrock": "boto3", "vertex": "google.auth"}
#: What else boto3 takes credentials from on a machine of AWS that was set up for it.
_AWS_ELSEWHERE = (
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip


@value()
class Found:
    """What is there for a provider, by name: `used` is set and counts, `lacks` is missing although credentials are there.

    `access` is None when there are no credentials, or when something is missing. `wanted` says what credentials would be.
    """

    provider: Provider
    has_credentials: bool
    wanted: str
    used: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    access: Access | None = None

    def ready(self) -> Access | None:
        """How to get in; None without credentials. ReviewError when they are there and something else is missing."""
        if self.has_credentials and self.lacks:
            raise ReviewError(f"The provider {self.provider} lacks {'; '.join(self.lacks)} (docs/providers.md).")
        return self.access


def find(provider: Provider, environ: Mapping[str, str], *, local: bool = True) -> Found:
    """Look for what a provider wants.

    `local`: on a user's own machine, where the files of the cloud's command line tools count too, and a variable may name another
    address. ReviewError names a variable whose value can't be right, and shows nothing of it.
    """
    return {"anthropic": _anthropic, "bedrock": _bedrock, "vertex": _vertex}[provider](_Variables(environ), local)


class _Variables:
    """Variables by name; blank ones are unset ones, and those that were asked for and found are kept in `used`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.used: list[str] = []

    def __call__(self, *names: str) -> str:
        """The first one that is set, or ""."""
        for name in names:
            value = self._environ.get(name, "").strip()
            if value:
                if not value.isascii() or not value.isprintable() or any(c.isspace() for c in value):
                    raise ReviewError(f"{name} holds blanks, line ends or letters that can't be right.")
                self.used.append(name)
                return value
        return ""

    def path(self, name: str, below_home: str) -> Path | None:
        """The file that a variable names, else the usual one in the home directory, else None."""
        named = self._environ.get(name, "").strip()
        home = self._environ.get("HOME", "").strip()
        return Path(named) if named else Path(home, below_home) if home else None

    def matching(self, pattern: re.Pattern[str], *names: str) -> str:
        """Like a call; a value of another form could lead requests to another host."""
        value = self(*names)
        if value and pattern.fullmatch(value) is None:
            raise ReviewError(f"{self.used[-1]} does not have the form of what it should name.")
        return value


def _anthropic(variables: _Variables, local: bool) -> Found:
    key = variables("ANTHROPIC_API_KEY")
    access = ApiKey(key=key, base_url=variables("ANTHROPIC_BASE_URL") or ANTHROPIC_URL) if key else None
    return Found(
        provider="anthropic", has_credentials=bool(key), wanted="ANTHROPIC_API_KEY", used=tuple(variables.used), access=access
    )  # fmt: skip


def _bedrock(variables: _Variables, local: bool) -> Found:
    wanted = "AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    lacks: list[str] = []
    bearer = variables("AWS_BEARER_TOKEN_BEDROCK")
    key = secret = token = ""
    if not bearer:
        key, secret, token = map(variables, ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    if bool(key) != bool(secret):
        lacks.append("AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID")
    profile, profile_region = _aws_profile(variables, is_needed=not (bearer or key)) if local else (None, "")
    elsewhere = local and (profile is not None or any(map(variables, _AWS_ELSEWHERE)))
    has_credentials = bool(bearer or key or secret or elsewhere)
    region = variables.matching(_REGION, "AWS_REGION", "AWS_DEFAULT_REGION") or profile_region
    if not region:
        lacks.append("AWS_REGION")
    lacks += _extra("bedrock")
    address = variables("ANTHROPIC_BEDROCK_BASE_URL") if local else ""
    base_url = checked_address("ANTHROPIC_BEDROCK_BASE_URL", address) if address else bedrock_url(region)
    access = Bedrock(
        region=region, base_url=base_url, bearer=bearer, access_key=key, secret_key=secret, session_token=token,
        profile=profile or None,
    )  # fmt: skip
    return Found(
        provider="bedrock", has_credentials=has_credentials, wanted=f"{wanted}, or AWS_PROFILE" if local else wanted,
        used=tuple(variables.used), lacks=tuple(lacks), access=access if has_credentials and not lacks else None,
    )  # fmt: skip


def _aws_profile(variables: _Variables, *, is_needed: bool) -> tuple[str | None, str]:
    """The profile in the files of AWS's command line, and its region: None without one, "" when it is the default one.

    Its region counts also with credentials from elsewhere.
    """
    named = variables("AWS_PROFILE")
    name = named or "default"
    files = (
        (variables.path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), name),
        (variables.path("AWS_CONFIG_FILE", ".aws/config"), name if name == "default" else f"profile {name}"),
    )
    import configparser  # not above: most runs are not on AWS

    is_there, region = False, ""
    for path, section in files:
        if path is None or not path.is_file():
            continue
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise ReviewError(f"The file {path.name} of AWS can't be read ({type(error).__name__}).") from error
        if parser.has_section(section):
            is_there, region = True, parser.get(section, "region", fallback="").strip() or region
    if named and not is_there and is_needed:
        raise ReviewError("AWS_PROFILE names a profile that the files of AWS do not have.")
    return (named if is_there else None), region if _REGION.fullmatch(region) else ""


def _vertex(variables: _Variables, local: bool) -> Found:
    lacks: list[str] = []
    named = variables("GOOGLE_APPLICATION_CREDENTIALS")
    path = Path(named) if named else _google_file(variables) if local else None
    has_credentials = path is not None
    credentials = {}
    if path is not None:
        try:
            credentials = read_google(str(path))
        except NoAccessError as error:
            lacks.append(f"credentials in GOOGLE_APPLICATION_CREDENTIALS: {error}")
    region = variables.matching(_REGION, "CLOUD_ML_REGION")
    project = variables.matching(_PROJECT, "ANTHROPIC_VERTEX_PROJECT_ID")
    lacks += [
        name for name, value in (("CLOUD_ML_REGION", region), ("ANTHROPIC_VERTEX_PROJECT_ID", project)) if not value
    ]
    lacks += _extra("vertex")
    address = variables("ANTHROPIC_VERTEX_BASE_URL") if local else ""
    base_url = checked_address("ANTHROPIC_VERTEX_BASE_URL", address) if address else vertex_url(region)
    access = Vertex(region=region, project=project, base_url=base_url, credentials=credentials)
    login = ", or gcloud auth application-default login" if local else ""
    return Found(
        provider="vertex", has_credentials=has_credentials, wanted=f"GOOGLE_APPLICATION_CREDENTIALS{login}",
        used=tuple(variables.used), lacks=tuple(lacks), access=access if has_credentials and not lacks else None,
    )  # fmt: skip


def _google_file(variables: _Variables) -> Path | None:
    """Where gcloud leaves a user's login."""
    folder = variables.path("CLOUDSDK_CONFIG", ".config/gcloud")
    file = folder / "application_default_credentials.json" if folder is not None else None
    return file if file is not None and file.is_file() else None


def _extra(provider: Provider) -> list[str]:
    """What to install, when it is not there."""
    return [] if has_module(_EXTRAS[provider]) else [f"a part of the package: install stream-review[{provider}]"]


def _has_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _bedrock_url(region: str) -> str:
    return f"https://bedrock-runtime.{region}.amazonaws.com"


def _vertex_url(region: str) -> str:
    if region == "global":
        return "https://aiplatform.googleapis.com/v1"
    if region in ("us", "eu"):
        return f"https://aiplatform.{region}.rep.googleapis.com/v1"
    return f"https://{region}-aiplatform.googleapis.com/v1"


# What a test replaces: there is no Bedrock on loopback, and no machine without the extras.
bedrock_url: Callable[[str], str] = _bedrock_url
vertex_url: Callable[[str], str] = _vertex_url
has_module: Callable[[str], bool] = _has_module
