#!/bin/sh
# The environment of one image, in two steps, so that a change of the code alone leaves what is locked in the layer before:
#
#   install.sh locked MEMBER TOOLS APP     what the member's lock names, every hash checked
#   install.sh members MEMBER TOOLS APP    the member and those of the shared packages that it names, not editable
#
# TOOLS is an environment with uv and build.lock, APP the one to fill. A test makes the same environments without an engine.
set -eu
step=$1 member=$2 tools=$3 app=$4

case $step in
  locked)
    "$tools/bin/uv" pip install --quiet --python "$app" --require-hashes --no-deps -r "$member/requirements.lock"
    ;;
  members)
    wheels=$(mktemp -d)
    for one in shared/* "$member"; do
      name=limber-$(basename "$one" | tr _ -)
      if [ "$one" = "$member" ] || grep -q "\"$name\"" "$member/pyproject.toml"; then
        "$tools/bin/uv" build --quiet --wheel --no-build-isolation --python "$tools" --out-dir "$wheels" "$one"
      fi
    done
    "$tools/bin/uv" pip install --quiet --python "$app" --no-deps "$wheels"/*.whl
    rm -rf "$wheels"
    ;;
esac
