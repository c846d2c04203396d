#compdef wavewright
# zsh completion for wavewright: source <(wavewright completion zsh)
_wavewright() {
  local -a answers
  local cur=${words[CURRENT]}
  local -a before=("${(@)words[1,CURRENT-1]}")
  if [[ "$cur" == -* ]]; then
    before+=("$cur")
  fi
  answers=("${(@f)$(${before[@]} --generate-bash-completion 2>/dev/null)}")
  if [[ -n "${answers[1]}" ]]; then
    compadd -a answers
  else
    _files
  fi
}
compdef _wavewright wavewright
