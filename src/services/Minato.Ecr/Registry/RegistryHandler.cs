using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Ecr.Caching;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Registry;

/// <summary>The OCI distribution protocol: everything under <c>/v2</c>.</summary>
internal sealed partial class RegistryHandler(
    RegistryAuthentication authentication, Store store, IBlobStore blobs, LayerUploads uploads, ImagePushes pushes, ImageReads reads, ImageDeletes deletes,
    PullThrough cache, PageTokens tokens, TimeProvider clock, ILogger<RegistryHandler> log, IAuthorizer? authorizer = null)
{
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        try
        {
            var route = RegistryRoute.Parse(context.Request.Path.Value ?? "");
            if (authentication.Authenticate(context.Request, route) is { } session) await DispatchAsync(new(context, session, route));
            else await ChallengeAsync(context);
        }
        catch (Exception e) when (e is ConnectionResetException || context.RequestAborted.IsCancellationRequested)
        {
            LogBrokenOff(context.Request.Method, context.Request.Path); // Nobody is there to be answered; what was received counts.
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(context, new(e.StatusCode, "SIZE_INVALID", e.Message));
        }
        catch (Exception e)
        {
            var error = RegistryException.From(e) ?? new(500, "UNKNOWN", "The registry failed to do this. Its log says more.");
            if (error.Status == 500) LogFailed(e, context.Request.Method, context.Request.Path);
            await FailAsync(context, error);
        }
    }

    private Task DispatchAsync(RegistryCall call)
    {
        var noun = call.Route.Noun;
        if (noun is not (RegistryNoun.Ping or RegistryNoun.Catalog or RegistryNoun.Unknown) && !Names.IsRepository(call.Route.Name))
            throw new RegistryException(400, "NAME_INVALID", $"invalid repository name '{call.Route.Name}'");
        if (call.Session.Caller is { } caller && RegistryActions.Of(noun, call.Request.Method) is { } action) Authorize(caller, call.Repository, action);
        return (noun, call.Request.Method) switch
        {
            (RegistryNoun.Ping, "GET" or "HEAD") => PingAsync(call),
            (RegistryNoun.Catalog, "GET") => CatalogAsync(call),
            (RegistryNoun.Blob, "GET" or "HEAD") => GetBlobAsync(call),
            (RegistryNoun.Blob, "DELETE") => DeleteBlobAsync(call),
            (RegistryNoun.Uploads, "POST") => StartUploadAsync(call),
            (RegistryNoun.Upload, "PATCH") => PatchUploadAsync(call),
            (RegistryNoun.Upload, "PUT") => FinishUploadAsync(call),
            (RegistryNoun.Upload, "GET") => DescribeUploadAsync(call),
            (RegistryNoun.Upload, "DELETE") => CancelUploadAsync(call),
            (RegistryNoun.Manifest, "GET" or "HEAD") => GetManifestAsync(call),
            (RegistryNoun.Manifest, "PUT") => PutManifestAsync(call),
            (RegistryNoun.Manifest, "DELETE") => DeleteManifestAsync(call),
            (RegistryNoun.Tags, "GET") => ListTagsAsync(call),
            (RegistryNoun.Referrers, "GET") => ListReferrersAsync(call),
            (RegistryNoun.Unknown, _) => throw new RegistryException(404, "UNSUPPORTED", "There is nothing of the registry at this address."),
            _ => throw RegistryException.Unsupported(),
        };
    }

    // The repository's own policy first; then what the principal's policies say, where somebody looks at them.
    private void Authorize(Caller caller, RepositoryKey repository, string action)
    {
        RepositoryAccess.Require(store.Current, caller.AccountId, caller.PrincipalArn, repository, action);
        var resource = repository.Name.Length == 0 ? $"{repository.Arn}*" : repository.Arn;
        if (authorizer?.Decide(caller, $"ecr:{action}", resource) is { IsAllowed: false })
        {
            throw new RegistryException(
                403, "DENIED", $"User: {caller.PrincipalArn} is not authorized to perform: ecr:{action} on resource: {resource} because no identity-based policy allows the ecr:{action} action");
        }
    }

    private static Task PingAsync(RegistryCall call) =>
        RegistryCall.WriteJsonAsync(call.Response, 200, "application/json", json => { json.WriteStartObject(); json.WriteEndObject(); }, call.Aborted);

    // AWS: plain text here, and not an error body of the protocol.
    private async Task ChallengeAsync(HttpContext context)
    {
        var realm = authentication.Realm(context.Request).Host;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = $"Basic realm=\"https://{realm}/\",service=\"ecr.amazonaws.com\"";
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = 15;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.WriteAsync("Not Authorized\n", context.RequestAborted);
    }

    private static async Task FailAsync(HttpContext context, RegistryException error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort(); // Half a blob must not look like a whole one.
            return;
        }

        await RegistryCall.WriteJsonAsync(
            context.Response, error.Status, "application/json; charset=utf-8",
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("errors");
                json.WriteStartObject();
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            },
            context.RequestAborted);
    }

    [LoggerMessage(6001, LogLevel.Error, "Registry: {Method} {Path} failed")]
    private partial void LogFailed(Exception cause, string method, PathString path);

    [LoggerMessage(6002, LogLevel.Debug, "Registry: the client of {Method} {Path} went away")]
    private partial void LogBrokenOff(string method, PathString path);
}
