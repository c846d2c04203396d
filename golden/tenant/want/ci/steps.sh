#!/usr/bin/env bash
# The steps of the scripts beside this one. People and pipelines run the same: they need Git, Go and
# yamllint; everything else is installed here, once, in the version that stands here.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Schemas: of Kubernetes by version, of custom resources at one commit. Set both to a mirror where
# the Internet is out of reach.
KUBERNETES_SCHEMAS=${KUBERNETES_SCHEMAS:-default}
catalog=https://raw.githubusercontent.com/datreeio/CRDs-catalog/7b1e26ef9deea49293714d204c1a2270aab1178f
CRD_SCHEMAS=${CRD_SCHEMAS:-$catalog'/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'}
# Where programs are kept, and where reports are written.
TOOLS=${TOOLS:-$HOME/.cache/wavewright/tools}
REPORTS=${REPORTS:-reports}

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
failed=

# tool NAME: installs a program, unless this version of it is there.
tool() {
  local package folder
  case $1 in
    grype) package=github.com/anchore/grype/cmd/grype@v0.121.3 ;;
    helm) package=helm.sh/helm/v4/cmd/helm@v4.3.1 ;;
    kube-score) package=github.com/zegl/kube-score/cmd/kube-score@v1.20.0 ;;
    kubeconform) package=github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 ;;
    kustomize) package=sigs.k8s.io/kustomize/kustomize/v5@v5.8.2 ;;
    wavewright) package=github.com/wavewright/wavewright/cmd/wavewright@v0.1.0 ;;
  esac
  folder="$TOOLS/$1-${package##*@}"
  [ -x "$folder/$1" ] || GOBIN="$folder" go install "$package" || exit 1
  PATH="$folder:$PATH"
}

# chart FOLDER VERSION: renders a chart as Argo CD does, with what it depends on, from a copy.
chart() {
  local copy target=${1#overlays/}
  tool helm
  copy=$(mktemp -d "$built/chart-XXXXXX")
  cp -R "$1/." "$copy"
  mkdir -p "$built/$1"
  if ! helm dependency build "$copy" > "$copy/log" 2>&1 ||
    ! helm template "${1##*/}-${target%%/*}" "$copy" --kube-version "$2" > "$built/$1/objects.yaml" 2> "$copy/log"; then
    echo "$1: $(cat "$copy/log")" >&2
    failed+=" build"
  fi
}

# build PATH [VERSION]: renders a file, the files of a folder without kustomizations, or each
# kustomization below a folder, as Argo CD does. Its cluster has this version of Kubernetes. A
# warning of kustomize is a failure.
build() {
  local folder
  tool kustomize
  echo "$1 ${2:-1.36.0}" >> "$built/list"
  if [ -z "$(find "$1" -name kustomization.yaml)" ]; then
    mkdir -p "$built/$1"
    find "$1" -name '*.yaml' -print0 | LC_ALL=C sort -z | xargs -0 awk 'FNR == 1 { print "---" } 1' > "$built/$1/objects.yaml"
  fi
  while IFS= read -r folder; do
    mkdir -p "$built/$folder"
    { echo ---; kustomize build "$folder"; } > "$built/$folder/objects.yaml" 2> "$built/$folder/warnings"
    if [ -s "$built/$folder/warnings" ]; then
      echo "$folder: $(cat "$built/$folder/warnings")" >&2
      failed+=" build"
    fi
  done < <(find "$1" -name kustomization.yaml -not -path '*/custom/*' -exec dirname {} + | LC_ALL=C sort)
  while IFS= read -r folder; do
    chart "$folder" "${2:-1.36.0}"
  done < <(find "$1" -name Chart.yaml -exec dirname {} + | LC_ALL=C sort)
}

# objects PATH: prints what build made of it.
objects() {
  find "$built/$1" -name objects.yaml -print0 | LC_ALL=C sort -z | xargs -0 cat
}

# check NAME STEP [RULE…]: runs one of the steps below.
check() {
  echo "== $1"
  "${@:2}" || failed+=" $1"
}

# finish: fails when something did, and says what.
finish() {
  [ -z "$failed" ] && return
  echo "failed:$failed" >&2
  exit 1
}

# lint: the files are written as .yamllint.yaml asks.
lint() {
  { find base components -maxdepth 0; cut -d ' ' -f 1 "$built/list"; } | xargs yamllint --strict
}

# schema: objects have the fields of their kinds, and no others.
schema() {
  local path version status=0
  tool kubeconform
  while read -r path version; do
    objects "$path" | kubeconform -strict -summary -kubernetes-version "$version" \
      -schema-location "$KUBERNETES_SCHEMAS" -schema-location "$CRD_SCHEMAS" - || status=1
  done < "$built/list"
  return "$status"
}

# rules RULE…: sets arguments to those that make kube-score check these rules and no others.
rules() {
  local rule
  while IFS=, read -r rule _; do
    case " $* " in
      *" $rule "*) arguments+=(--enable-optional-test "$rule") ;;
      *) arguments+=(--ignore-test "$rule") ;;
    esac
  done < <(kube-score list)
}

# score PATH VERSION: what kube-score makes of one overlay; names repeat between clusters.
score() {
  objects "$1" | kube-score score --exit-one-on-warning --kubernetes-version "v${2%.*}" "${arguments[@]}" -
}

# policy RULE…: these rules hold in every overlay.
policy() {
  local arguments=(--output-format ci) path version status=0
  tool kube-score
  rules "$@"
  while read -r path version; do
    score "$path" "$version" > "$built/findings" || status=1
    grep -v '^\[\(OK\|SKIPPED\)\]' "$built/findings"
  done < <(grep '^overlays/' "$built/list")
  return "$status"
}

# compliance [RULE…]: writes what each object makes of each rule; without rules, of all.
compliance() {
  local arguments=(--output-format json) path version status=0
  tool kube-score
  [ $# -eq 0 ] || rules "$@"
  mkdir -p "$REPORTS"
  while read -r path version; do
    score "$path" "$version" > "$REPORTS/compliance-${path#overlays/}.json" || status=1
  done < <(grep '^overlays/' "$built/list")
  return "$status"
}

# security: no image has a grave vulnerability that a newer version of it does not have. A file
# .grype.yaml may hold exceptions, GRYPE_REGISTRY_AUTH_… the credentials of a registry.
security() {
  local image status=0
  tool grype
  while IFS= read -r image; do
    grype --fail-on high --only-fixed "registry:$image" || status=1
  done < <(find "$built" -name objects.yaml -exec sed -n 's/^ *\(- \)\{0,1\}image: //p' {} + | tr -d "\"'" | LC_ALL=C sort -u)
  return "$status"
}
