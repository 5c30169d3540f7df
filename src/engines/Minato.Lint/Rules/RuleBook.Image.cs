namespace Minato.Lint.Rules;

/// <summary>Dockle's checkpoints: what an image shows of itself, without its Dockerfile.</summary>
internal static partial class RuleBook
{
    private static LintRule[] Image =>
    [
        Warning("CIS-DI-0001", "Create a user for the container", "Whoever breaks out of the process is root in the container.", "Add USER to the Dockerfile."),
        Info("CIS-DI-0005", "Enable content trust", "Images are pulled without a look at who signed them.", "Set DOCKER_CONTENT_TRUST=1 on the machine that pulls and pushes."),
        Info("CIS-DI-0006", "Add HEALTHCHECK", "Nobody but the process itself knows that it hangs.", "Add HEALTHCHECK to the Dockerfile, or a health check to the task definition."),
        Error("CIS-DI-0007", "Do not use update alone", "The update is cached: a later install takes packages of another day.", "Join update and install with &&."),
        Info("CIS-DI-0008", "No setuid and setgid files", "Each of them is a way for a process to become somebody else.", "Take the bit away: chmod u-s, g-s."),
        Error("CIS-DI-0009", "COPY instead of ADD", "ADD also fetches addresses and unpacks archives.", "Use COPY."),
        Error("CIS-DI-0010", "No credentials in variables or files", "Whoever has the image has them.", "Give them to the task: secrets of the task definition."),
        Error("DKL-DI-0001", "Avoid sudo", "A build step is root already.", "Leave sudo out."),
        Error("DKL-DI-0002", "No sensitive mounts", "The machine's own devices and processes would be inside of the container.", "Remove the VOLUME."),
        Warning("DKL-DI-0003", "No dist-upgrade", "It replaces the distribution that the base image chose.", "Take a newer base image."),
        Error("DKL-DI-0004", "apk add --no-cache", "The index of packages stays in the layer.", "Add --no-cache."),
        Error("DKL-DI-0005", "Clear apt's caches", "The lists of packages stay in the layer.", "End the same step with rm -rf /var/lib/apt/lists/*."),
        Warning("DKL-DI-0006", "Avoid the tag latest", "Nobody can tell which image it was yesterday.", "Use a version, or the digest."),
        Error("DKL-LI-0001", "No empty password", "Anybody can become that user.", "Lock the account: passwd -l NAME."),
        Error("DKL-LI-0002", "UIDs and GIDs are unique", "Two names of one number are one user.", "Give one of them another number."),
        Info("DKL-LI-0003", "Only necessary files", "They tell how the image was made, or hold what should not be in it.", "Add them to .dockerignore."),
        Warning("MIN3001", "No secrets in layers", "What a layer holds stays in the image, when a later one deletes it too.", "Use RUN --mount=type=secret, and make the secret useless now: it has been seen."),
        Info("MIN3002", "The image is not large", "Every task waits for it to be pulled.", "Build in one stage and copy the result into a small base."),
    ];
}
