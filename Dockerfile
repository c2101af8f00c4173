# No syntax line and no heredoc: any builder of the last years reads it (docker, buildah, podman).
#
# A release builds this with --build-arg BASE_IMAGE=…@sha256:…: the release workflow looks the digest up, and the release notes name it.
# A tag is the default because a digest that nobody refreshes keeps every hole of its day.
ARG BASE_IMAGE=python:3.13-slim-trixie

FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY requirements/runtime.txt requirements/
COPY scripts/install_lock.py scripts/
ENV PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
# Every file is checked against the lock's hashes; nothing is resolved, nothing is compiled from source.
RUN python -m venv /opt/stream-review \
    && /opt/stream-review/bin/python scripts/install_lock.py requirements/runtime.txt
COPY pyproject.toml README.md LICENSE agent.md ./
COPY src src
# What only building needs goes, bytecode comes (a start compiles nothing), and nothing of it stays writable.
# Of the descriptions of 450 services of AWS one is ever read: without the others the image is 27 MB smaller.
RUN /opt/stream-review/bin/python -m pip install --disable-pip-version-check \
        --no-index --no-deps --no-build-isolation . \
    && find /opt/stream-review/lib/python3*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d \
        ! -name bedrock-runtime -exec rm -rf {} + \
    && /opt/stream-review/bin/python -m pip uninstall --yes --quiet setuptools wheel pip \
    && rm -f /opt/stream-review/bin/[Aa]ctivate* \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/stream-review/lib \
    && chmod -R a-w /opt/stream-review

FROM ${BASE_IMAGE}
ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="stream-review" \
      org.opencontainers.image.description="Reviews changes to Kafka, Kafka Streams and Flink code for data loss, broken order and lost state." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
COPY --from=build /opt/stream-review /opt/stream-review
# No USER: the runner's output, summary and workspace belong to another user, and GitHub wants container actions to run as root.
# No shell: dash drops variables with a hyphen, and every input has one. -I: the working directory is the change under review, and
# neither its modules nor a PYTHONPATH of the workflow may be imported. Absolute, because GitHub sets the working directory.
ENTRYPOINT ["/opt/stream-review/bin/python", "-I", "-B", "-u", "-X", "utf8", "-m", "reviewer.app.cli", "action"]
