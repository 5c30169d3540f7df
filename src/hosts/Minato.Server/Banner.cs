namespace Minato.Server;

/// <summary>What a person sees when the server answers: where it is and what to type next.</summary>
public static class Banner
{
    /// <param name="dataArgument"><c> --data DIR</c> when the commands shown need it, else empty.</param>
    public static string Text(InstallationFile installation, RunningFile running, string dataDirectory, string dataArgument) => $$"""
        Minato runs at {{running.Endpoint.ToString().TrimEnd('/')}}  (account {{installation.AccountId}}, pid {{running.ProcessId}}, data {{dataDirectory}})

        Point AWS clients at it:      eval "$(./minato env{{dataArgument}})"
        Then, for example:            aws ecs create-cluster --cluster-name demo
        Push images:                  aws ecr get-login-password | docker login --username AWS --password-stdin {{running.Endpoint.Host}}:{{running.Endpoint.Port}}
        See what runs:                ./minato status{{dataArgument}}
        Stop it:                      ./minato down{{dataArgument}}
        """;
}
