# bash completion for wavewright: source <(wavewright completion bash)
_wavewright() {
  local cur="${COMP_WORDS[COMP_CWORD]}"
  local -a words=("${COMP_WORDS[@]:0:COMP_CWORD}")
  if [[ "$cur" == -* ]]; then
    words+=("$cur")
  fi
  local answers
  answers=$("${words[@]}" --generate-bash-completion 2>/dev/null)
  COMPREPLY=($(compgen -W "$answers" -- "$cur"))
}
complete -o bashdefault -o default -F _wavewright wavewright
