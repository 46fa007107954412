# The demo's story as a container beside the deployed stack.
FROM python:3.13-slim
COPY deploy/requirements/demo.txt /requirements.txt
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY shared shared
COPY deploy deploy
RUN chmod -R a+rX /app
USER 1000:1000
CMD ["python", "-m", "deploy.compose.demo"]
