"""fluentd's forward protocol, version 1, as far as logs of lc_wrapper come by it (formats.md 2.7)."""
