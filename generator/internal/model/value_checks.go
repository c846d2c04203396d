package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// text is a rule for texts.
func text(faults func(string) []string) func(any) []string {
	return func(value any) []string {
		s, isText := value.(string)
		if !isText {
			return nil // another type was reported
		}
		return faults(s)
	}
}

// wordOf is a rule for words that the types of Kubernetes do not list.
func wordOf(words ...string) func(any) []string {
	return text(func(s string) []string {
		if slices.Contains(words, s) {
			return nil
		}
		return []string{"must be one of " + strings.TrimPrefix(strings.Join(words, ", "), ", ")}
	})
}

// never is a rule for a field that has no value at all, for the reason that its text has.
func never(fault string) func(any) []string { return func(any) []string { return []string{fault} } }

func atLeast(least int) func(any) []string {
	return func(value any) []string {
		if n, ok := value.(int); ok && n < least {
			return []string{fmt.Sprintf("must be at least %d", least)}
		}
		return nil
	}
}

func between(least, most int) func(any) []string {
	return func(value any) []string {
		if n, ok := value.(int); ok && (n < least || n > most) {
			return []string{fmt.Sprintf("must be between %d and %d", least, most)}
		}
		return nil
	}
}

// validID is a rule for users and groups.
func validID(value any) []string { return between(0, math.MaxInt32)(value) }

// atMost is a rule for the length of a list.
func atMost(most int) func(any) []string {
	return func(value any) []string {
		if length(value) > most {
			return []string{fmt.Sprintf("must not have more than %d", most)}
		}
		return nil
	}
}

func notEmpty(value any) []string {
	if length(value) == 0 {
		return []string{"must have at least one"}
	}
	return nil
}

// fileMode is a rule for the rights of files.
func fileMode(value any) []string {
	if n, ok := value.(int); ok && (n < 0 || n > 0o777) {
		return []string{"must be between 0 and 511, which is 0777 in octal"}
	}
	return nil
}

// quantityAbove is a rule for amounts of storage.
func quantityAbove(least Quantity) func(any) []string {
	bound := "above 0"
	if least < 0 {
		bound = "0 or above"
	}
	return func(value any) []string {
		if q, err := ParseQuantity(ephemeralStorage, fmt.Sprint(value)); err == nil && q <= least || strings.HasPrefix(fmt.Sprint(value), "-") {
			return []string{"must be " + bound}
		}
		return nil
	}
}

func validPort(value any) []string {
	n, _ := value.(int) // another type was reported
	return validation.IsValidPortNum(n)
}

// numberOrName is a rule for the port of a probe or a hook.
func numberOrName(value any) []string {
	if name, isText := value.(string); isText {
		return validation.IsValidPortName(name)
	}
	return validPort(value)
}

func someText(s string) []string {
	if s == "" {
		return []string{"must not be empty"}
	}
	return nil
}

func validIP(s string) []string {
	if faults := validation.IsValidIP(nil, s); len(faults) > 0 {
		return []string{"must be an address such as 10.0.0.1"}
	}
	return nil
}

// searchDomain is a rule for a domain that the resolver adds to names.
func searchDomain(s string) []string {
	if s == "." {
		return nil
	}
	return validation.IsDNS1123SubdomainWithUnderscore(strings.TrimSuffix(s, "."))
}

func notWindows(s string) []string {
	if s == "windows" {
		return []string{"must be linux: Kubernetes refuses the security settings that wavewright writes for pods of Windows"}
	}
	return nil
}

func validMount(s string) []string {
	if s == "" || strings.Contains(s, ":") {
		return []string{"must not be empty or contain ':'"}
	}
	return nil
}

func variableName(s string) []string {
	if !envName.MatchString(s) {
		return []string{"may have only letters, digits, underscores, dots and hyphens, and must not begin with a digit"}
	}
	return nil
}

// relativePath is a rule for paths that stay below a folder.
func relativePath(s string) []string {
	if s == "" || strings.HasPrefix(s, "/") {
		return []string{"must be a relative path such as conf/app.yaml"}
	}
	return noBacksteps(s)
}

func absolutePath(s string) []string {
	if !strings.HasPrefix(s, "/") {
		return []string{"must be an absolute path such as /data"}
	}
	return noBacksteps(s)
}

func noBacksteps(s string) []string {
	if s == "" || slices.Contains(strings.Split(s, "/"), "..") {
		return []string{"must be a path without '..'"}
	}
	return nil
}

var driver = lazyregexp.New(`^[A-Za-z0-9]([-.A-Za-z0-9]{0,61}[A-Za-z0-9])?$`)

// driverName is a rule for drivers of storage.
func driverName(s string) []string {
	if !driver.MatchString(s) {
		return []string{"may have only letters, digits, hyphens and dots, at most 63 of them, and must begin and end with a letter or a digit"}
	}
	return nil
}

var iscsi = lazyregexp.New(`^(iqn\.\d{4}-\d{2}\.([-\w.]+)(:[^,;*&$|\s]+)?|eui\.[0-9a-fA-F]{16}|naa\.[0-9a-fA-F]{32})$`)

func iscsiName(s string) []string {
	if !iscsi.MatchString(s) {
		return []string{"must be a name such as iqn.2001-04.com.example:storage, eui.… or naa.…"}
	}
	return nil
}

var sysctl = lazyregexp.New(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9][-_a-z0-9]*[a-z0-9]?$`)

func validSysctl(s string) []string {
	if len(s) > 253 || !sysctl.MatchString(s) {
		return []string{"must be the name of a sysctl such as net.core.somaxconn"}
	}
	return nil
}

// resourceOfContainer is a rule for the resource whose amount a variable or a file has.
func resourceOfContainer(s string) []string {
	bound, resource, _ := strings.Cut(s, ".")
	known := slices.Contains([]string{"cpu", memory, ephemeralStorage}, resource) || strings.HasPrefix(resource, "hugepages-")
	if known && (bound == "limits" || bound == "requests") {
		return nil
	}
	return []string{"must be limits or requests of cpu, memory, ephemeral-storage or hugepages-SIZE, such as limits.memory"}
}

var fieldKey = lazyregexp.New(`^metadata\.(labels|annotations)\['([^']+)'\]$`)

// fieldOfPod is a rule for the field that a file of a volume has.
func fieldOfPod(s string) []string {
	if slices.Contains([]string{"metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"}, s) {
		return nil
	}
	if found := fieldKey.FindStringSubmatch(s); found != nil {
		return validation.IsQualifiedName(strings.ToLower(found[2]))
	}
	return []string{"must be metadata.name, metadata.namespace, metadata.uid, metadata.labels or metadata.annotations, or one of the last two such as metadata.labels['team']"}
}

// stopSignals are the signals of Linux that Kubernetes knows.
func stopSignals() []string {
	signals := strings.Fields(`SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE
		SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2
		SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIGRTMIN SIGRTMAX`)
	for i := 1; i <= 15; i++ {
		signals = append(signals, "SIGRTMIN+"+strconv.Itoa(i))
	}
	for i := 1; i <= 14; i++ {
		signals = append(signals, "SIGRTMAX-"+strconv.Itoa(i))
	}
	return signals
}
