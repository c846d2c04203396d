#!/usr/bin/env bash
# Functions of the scripts beside this one, for people and pipelines. They need Git, Go and yamllint, and
# install every other tool once, in the version that the function tool names.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Sources of the schemas of Kubernetes, by version, and of custom resources, at one commit. Without access
# to the internet, set both variables to a mirror.
KUBERNETES_SCHEMAS=${KUBERNETES_SCHEMAS:-default}
catalog=https://raw.githubusercontent.com/datreeio/CRDs-catalog/7b1e26ef9deea49293714d204c1a2270aab1178f
CRD_SCHEMAS=${CRD_SCHEMAS:-$catalog'/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'}
# Folders of the installed tools and of the reports.
TOOLS=${TOOLS:-$HOME/.cache/wavewright/tools}
REPORTS=${REPORTS:-reports}

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
failed=

# tool NAME: installs the tool, unless this version exists, and puts it into PATH.
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

# chart FOLDER VERSION: renders a copy of the chart with its dependencies as Argo CD does.
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
# kustomization below a folder as Argo CD does. VERSION is the Kubernetes version of the cluster. A
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

# objects PATH: prints the objects that build rendered.
objects() {
  find "$built/$1" -name objects.yaml -print0 | LC_ALL=C sort -z | xargs -0 cat
}

# check NAME STEP [RULE…]: runs one of the steps below.
check() {
  echo "== $1"
  "${@:2}" || failed+=" $1"
}

# finish: fails when a step failed, and names the failed steps.
finish() {
  [ -z "$failed" ] && return
  echo "failed:$failed" >&2
  exit 1
}

# lint: the files follow .yamllint.yaml.
lint() {
  { find base components -maxdepth 0; cut -d ' ' -f 1 "$built/list"; } | xargs yamllint --strict
}

# schema: objects have only the fields of their kinds.
schema() {
  local path version status=0
  tool kubeconform
  while read -r path version; do
    objects "$path" | kubeconform -strict -summary -kubernetes-version "$version" \
      -schema-location "$KUBERNETES_SCHEMAS" -schema-location "$CRD_SCHEMAS" - || status=1
  done < "$built/list"
  return "$status"
}

# rules RULE…: sets arguments to those by which kube-score checks only these rules.
rules() {
  local rule
  while IFS=, read -r rule _; do
    case " $* " in
      *" $rule "*) arguments+=(--enable-optional-test "$rule") ;;
      *) arguments+=(--ignore-test "$rule") ;;
    esac
  done < <(kube-score list)
}

# score PATH VERSION: runs kube-score on one overlay, because names repeat between clusters.
score() {
  objects "$1" | kube-score score --exit-one-on-warning --kubernetes-version "v${2%.*}" "${arguments[@]}" -
}

# policy RULE…: every overlay passes these rules.
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

# compliance [RULE…]: writes the result of each rule, by default of all rules, for each object.
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

# security: no image has a fixable vulnerability of high or critical severity. .grype.yaml may list
# exceptions, and GRYPE_REGISTRY_AUTH_… holds the credentials of a registry.
security() {
  local image status=0
  tool grype
  while IFS= read -r image; do
    grype --fail-on high --only-fixed "registry:$image" || status=1
  done < <(find "$built" -name objects.yaml -exec sed -n 's/^ *\(- \)\{0,1\}image: //p' {} + | tr -d "\"'" | LC_ALL=C sort -u)
  return "$status"
}
