# The server of Tanmai: built in one stage, run in another as a user without rights, on a root that may be read-only.
#
#   docker build -t tanmai .
#   docker run --rm -v tanmai:/data tanmai init
#   docker run --rm -v tanmai:/data tanmai client add me --role admin --whole-store
#   docker run --read-only --tmpfs /tmp -v tanmai:/data -p 127.0.0.1:8000:8000 tanmai

FROM python:3.12-slim AS build
COPY . /source
RUN python -m venv /opt/tanmai && /opt/tanmai/bin/pip install --no-cache-dir --no-compile /source

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tanmai \
    && install --directory --owner=tanmai --group=tanmai --mode=700 /data
COPY --from=build /opt/tanmai /opt/tanmai
ENV PATH=/opt/tanmai/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TANMAI_LANG=en \
    TANMAI_STORE=/data/store \
    TANMAI_API_HOST=0.0.0.0 \
    TANMAI_API_PORT=8000 \
    TANMAI_API_LOG_FORMAT=json
USER tanmai
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
ENTRYPOINT ["tanmai"]
CMD ["serve"]
