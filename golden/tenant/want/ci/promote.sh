#!/usr/bin/env bash
# promote.sh ENVIRONMENT: promotes the revisions of the preceding environment and pushes the commit.
# APPLICATIONS limits the promotion to some applications, separated by spaces. When wavewright refuses
# the promotion, the script pushes nothing.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091,SC2154
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
set -e

GIT_AUTHOR_NAME=$GITHUB_ACTOR
GIT_AUTHOR_EMAIL="$GITHUB_ACTOR_ID+$GITHUB_ACTOR@users.noreply.github.com"

# publish BRANCH [ARGUMENT…]: pushes the commit.
publish() {
  gh auth setup-git
  git push "${@:2}" origin "HEAD:refs/heads/$1"
  # GitHub starts no workflow when a workflow pushes.
  gh workflow run wavewright.yaml --ref "$1"
}

# propose BRANCH: opens a pull request.
propose() {
  publish "$1"
  { echo '```'; cat "$built/moves"; echo '```'; } > "$built/body"
  gh pr create --base main --head "$1" --title "$title" --body-file "$built/body"
}

export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

environment=$1
read -ra applications <<< "${APPLICATIONS:-}"
for name in "$environment" "${applications[@]}"; do
  case $name in -* | *[!a-z0-9-]*) echo "$name is not a name" >&2; exit 1 ;; esac
done
title="Promote ${applications[*]:-everything} to $environment"

tool wavewright
from=$(git rev-parse --short=12 HEAD)
wavewright promote --to "$environment" "${applications[@]}" | tee "$built/moves"
if [ -z "$(git status --porcelain -- releases)" ]; then
  echo "$environment runs that already"
  exit
fi
git add --all -- releases argocd .wavewright
git commit --quiet --message "$title"
wavewright generate --check

case $environment in
  *) propose "promote/$environment-$from" ;;
esac
