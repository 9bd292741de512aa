FROM debian:12
COPY src /srv/
COPY docs /srv/
HEALTHCHECK NONE
USER app
