#!/bin/sh
# Writes Alertmanager's configuration, because Alertmanager cannot read environment variables. Receivers of alerts:
#   ALERT_WEBHOOK_URL
#   ALERT_SLACK_URL (a Slack webhook), ALERT_SLACK_CHANNEL
#   ALERT_MAIL_TO, ALERT_MAIL_FROM, ALERT_SMTP_HOST (host:port), ALERT_SMTP_USER, ALERT_SMTP_PASSWORD
# Any of these three; without one, alerts appear only on Alertmanager's page.
# Usage: configure.sh FILE
set -eu
umask 077
if [ -n "${ALERT_MAIL_TO:-}" ]; then
    : "${ALERT_MAIL_FROM:?is needed with ALERT_MAIL_TO}" "${ALERT_SMTP_HOST:?is needed with ALERT_MAIL_TO}"
    [ -z "${ALERT_SMTP_USER:-}" ] || : "${ALERT_SMTP_PASSWORD:?is needed with ALERT_SMTP_USER}"
fi

quote() { # its argument as a YAML string
    printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"
}

{
    cat <<'YAML'
route:
  receiver: people
  group_by: [alertname]
  group_wait: 15s
  group_interval: 5m
  repeat_interval: 12h

inhibit_rules: # a service that is down causes its other alerts
  - source_matchers: ['alertname = "StorecastDown"']
    target_matchers: ['alertname =~ "StorecastNoModel|StorecastErrors|StorecastSlow"']

receivers:
  - name: people
YAML
    if [ -n "${ALERT_WEBHOOK_URL:-}" ]; then
        printf '    webhook_configs:\n      - send_resolved: true\n'
        printf '        url: %s\n' "$(quote "$ALERT_WEBHOOK_URL")"
    fi
    if [ -n "${ALERT_SLACK_URL:-}" ]; then
        printf '    slack_configs:\n      - send_resolved: true\n'
        printf '        api_url: %s\n' "$(quote "$ALERT_SLACK_URL")"
        printf '        channel: %s\n' "$(quote "${ALERT_SLACK_CHANNEL:-#storecast}")"
        cat <<'YAML'
        title: '{{ .CommonAnnotations.summary }}'
        text: '{{ range .Alerts }}{{ .Annotations.description }} ({{ .Annotations.runbook_url }}) {{ end }}'
YAML
    fi
    if [ -n "${ALERT_MAIL_TO:-}" ]; then
        printf '    email_configs:\n      - send_resolved: true\n'
        printf '        to: %s\n' "$(quote "$ALERT_MAIL_TO")"
        printf '        from: %s\n' "$(quote "$ALERT_MAIL_FROM")"
        printf '        smarthost: %s\n' "$(quote "$ALERT_SMTP_HOST")"
        if [ -n "${ALERT_SMTP_USER:-}" ]; then
            printf '        auth_username: %s\n' "$(quote "$ALERT_SMTP_USER")"
            printf '        auth_password: %s\n' "$(quote "$ALERT_SMTP_PASSWORD")"
        fi
    fi
} >"$1"
