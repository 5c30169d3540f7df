namespace Minato.Server;

/// <summary>What a person sees when the server answers: where it is and what to type next.</summary>
public static class Banner
{
    public static string Text(InstallationFile installation, RunningFile running, string dataDirectory) => $$"""
        Minato runs at {{running.Endpoint.ToString().TrimEnd('/')}}  (account {{installation.AccountId}}, pid {{running.ProcessId}}, data {{dataDirectory}})

        Point AWS clients at it:      eval "$(./minato env{{Data(dataDirectory)}})"
        Then, for example:            aws ecs create-cluster --cluster-name demo
        Push images:                  aws ecr get-login-password | docker login --username AWS --password-stdin {{running.Endpoint.Host}}:{{running.Endpoint.Port}}
        See what runs:                ./minato status{{Data(dataDirectory)}}
        Stop it:                      ./minato down{{Data(dataDirectory)}}
        """;

    private static string Data(string dataDirectory) => $" --data {dataDirectory}";
}
