#!/usr/bin/env bash
# promote.sh ENVIRONMENT: promotes the revisions of the preceding environment and pushes the commit.
# APPLICATIONS limits the promotion to some applications, separated by spaces. When wavewright refuses
# the promotion, the script pushes nothing.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091,SC2154
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
set -e

GIT_AUTHOR_NAME=$GITLAB_USER_NAME
GIT_AUTHOR_EMAIL=$GITLAB_USER_EMAIL

# publish BRANCH [ARGUMENT…]: pushes the commit with PROMOTION_TOKEN, a project access token with
# write access to the repository.
publish() {
  git -c "credential.helper=!echo username=promotion; echo password=\$PROMOTION_TOKEN; :" \
    push "${@:2}" "$CI_SERVER_URL/$CI_PROJECT_PATH.git" "HEAD:refs/heads/$1"
}

# propose BRANCH: opens a merge request.
propose() {
  publish "$1" --push-option merge_request.create --push-option merge_request.target=main \
    --push-option "merge_request.title=$title" --push-option merge_request.remove_source_branch
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
