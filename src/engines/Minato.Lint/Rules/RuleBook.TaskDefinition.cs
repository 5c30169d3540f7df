namespace Minato.Lint.Rules;

/// <summary>What task definitions are checked for.</summary>
internal static partial class RuleBook
{
    private static LintRule[] TaskDefinition =>
    [
        Error("MIN2000", "The task definition can be read", "ECS refuses what this cannot read.", "Correct it: aws ecs register-task-definition --generate-cli-skeleton shows the form."),
        Warning("MIN2001", "Essential containers have a health check", "ECS replaces only what it knows to be unhealthy.", "Add healthCheck with a command, or a target group's health check to the service."),
        Warning("MIN2002", "Memory has a limit", "One container takes the memory of all others.", "Set memory, or memory of the task."),
        Info("MIN2003", "CPU is reserved", "Without a share a container gets what others leave.", "Set cpu, or cpu of the task."),
        Warning("MIN2004", "The root file system is read-only", "What cannot be written cannot be replaced by an attacker.", "Set readonlyRootFilesystem, and mount a volume where the program writes."),
        Error("MIN2005", "No secrets in plain text", "Everybody who may describe the task definition reads them.", "Use secrets with valueFrom: a secret of Secrets Manager or a parameter of SSM."),
        Warning("MIN2006", "There is a log configuration", "What the container says is lost with it.", "Add logConfiguration with awslogs, or another driver."),
        Info("MIN2007", "The time to stop is set", "After 30 seconds the process is killed in the middle of its work.", "Set stopTimeout to what the program needs, up to 120 seconds on Fargate."),
        Error("MIN2008", "Not privileged", "A privileged container is root on the machine.", "Remove privileged; add single capabilities if it needs some."),
        Warning("MIN2009", "The user is not root", "Whoever breaks out of the process is root in the container.", "Set user, or USER in the image."),
        Warning("MIN2010", "Images are pinned", "A tag can be pushed again: two tasks of one revision run different programs.", "Name a digest: image@sha256:…, or a tag that never moves."),
        Warning("MIN2011", "No capabilities to rule the machine", "SYS_ADMIN and its like are ways out of the container.", "Remove the capability."),
        Warning("MIN2012", "No names and processes of the machine", "The container sees and signals processes that are not its own.", "Remove pidMode and ipcMode host."),
        Error("MIN2013", "Docker's socket is not mounted", "Whoever can speak to Docker is root on the machine.", "Remove the volume."),
        Warning("MIN2014", "The machine's network is not shared", "Ports collide, and 127.0.0.1 is the machine's.", "Use networkMode awsvpc or bridge."),
        Info("MIN2015", "There is a task role", "Without one programs take the rights of the machine, where it has some.", "Set taskRoleArn, or leave AWS out of the program."),
        Info("MIN2016", "init is process 1", "Nobody else reaps the processes that the program leaves.", "Set linuxParameters.initProcessEnabled."),
        Warning("MIN2017", "An essential container waits for its helpers", "dependsOn with START says nothing of readiness.", "Use the condition HEALTHY, with a health check."),
    ];
}
