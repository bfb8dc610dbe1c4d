# One image for each of enrolment, scheduling, outcomes and notifications, and one for the streams:
#
#   docker build -f deploy/images/service.Dockerfile --build-arg SERVICE=scheduling -t limber/scheduling .
#   docker build -f deploy/images/service.Dockerfile --build-arg SERVICE=limber_streams --build-arg MEMBER=deploy/nats -t limber/streams .
#
# An image holds one service and what that service's lock names, nothing of the others. The Python is the one that the tests run on.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG SERVICE
ARG MEMBER=services/${SERVICE}
# Where pip's configuration is not enough: an index of one's own
ARG UV_DEFAULT_INDEX
ENV UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
WORKDIR /build
COPY deploy/embedded/bootstrap.lock deploy/images/build.lock deploy/images/install.sh ./
RUN python -m venv /tools \
 && /tools/bin/pip install --quiet --no-cache-dir --require-hashes --only-binary :all: -r bootstrap.lock \
 && /tools/bin/uv pip install --quiet --python /tools --require-hashes --no-deps -r build.lock \
 && /tools/bin/uv venv --quiet --python "$(command -v python3)" /app
COPY ${MEMBER}/requirements.lock ./${MEMBER}/
RUN ./install.sh locked "${MEMBER}" /tools /app
COPY shared ./shared
COPY ${MEMBER} ./${MEMBER}
RUN ./install.sh members "${MEMBER}" /tools /app

FROM python:${PYTHON}-slim
ARG SERVICE
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Limber ${SERVICE}" \
      org.opencontainers.image.description="Group rehabilitation for people with joint pain: the ${SERVICE} part of Limber" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /app /app
ENV SERVICE=${SERVICE} \
    LIMBER_HTTP_HOST=0.0.0.0 \
    LIMBER_HTTP_PORT=8000 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["/app/bin/python", "-m", "service_kit.probe"]
# `exec`, so that the service itself gets the signal to stop
ENTRYPOINT ["/bin/sh", "-c", "exec /app/bin/python -m \"$SERVICE\" \"$@\"", "service"]
CMD ["serve"]
