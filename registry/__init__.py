"""The life of a footprint study: submitted, validated, recomputed, verified, published, superseded or withdrawn."""
