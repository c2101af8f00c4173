"""The clouds, one after the other."""

from __future__ import annotations

import pytest
from cloud_kit import Door, bearer, google, keys
from fakes.claude import FakeBedrock, FakeVertex


@pytest.fixture(params=["bedrock with keys", "bedrock with a bearer token", "vertex"])
def door(request: pytest.FixtureRequest, fake_bedrock: FakeBedrock, fake_vertex: FakeVertex) -> Door:
    if request.param == "vertex":
        return Door(server=fake_vertex, access=google(fake_vertex))
    make = keys if "keys" in request.param else bearer
    return Door(server=fake_bedrock, access=make(fake_bedrock.url))
