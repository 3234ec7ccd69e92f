# Sourced by the stand-ins for exec plug-ins: they run for every command that reaches a cluster, so no Python starts.
# Prints the account's token as Kubernetes wants it, or fails with the sentence given for an expired or missing credential.

folder=${HUBSTACK_SIMULATED_ACCOUNT:?it names the folder of the simulated account}

print_credential() { # $1: what the real one says where the credential is no good
    state=$(cat "$folder/credential" 2>/dev/null || echo valid)
    if [ "$state" != valid ]; then
        echo "$1" >&2
        exit 1
    fi
    case ${KUBERNETES_EXEC_INFO:-v1beta1} in
        *v1beta1*) version=v1beta1 ;;
        *) version=v1 ;;
    esac
    printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/%s","status":{"token":"%s"}}\n' \
        "$version" "$(cat "$folder/token")"
}
