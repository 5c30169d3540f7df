using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Browser;

/// <summary>Pages of other origins: answers what browsers ask beforehand, and tells them with each answer whether they may read it.</summary>
internal sealed class CorsHandler(Store store)
{
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Headers.Origin is not [{ } origin, ..]) return next(context);
        if (HttpMethods.IsOptions(request.Method)) return PreflightAsync(context, origin);
        if (BucketOf(request) is { } bucket && CorsPlanner.Match(bucket.Cors, origin, request.Method, []) is { } rule) Tell(context.Response, rule, origin, []);
        return next(context);
    }

    private Task PreflightAsync(HttpContext context, string origin)
    {
        var request = context.Request;
        if (request.Headers.AccessControlRequestMethod is not [{ Length: > 0 } method, ..])
            return RefuseAsync(context, "BadRequest", "Insufficient information. Origin request header needed.", StatusCodes.Status400BadRequest);
        var headers = request.Headers.AccessControlRequestHeaders.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (BucketOf(request) is not { Cors.Length: > 0 } bucket)
            return RefuseAsync(context, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", StatusCodes.Status403Forbidden);
        if (CorsPlanner.Match(bucket.Cors, origin, method, headers) is not { } rule)
            return RefuseAsync(context, "AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.", StatusCodes.Status403Forbidden);
        Tell(context.Response, rule, origin, headers);
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private BucketState? BucketOf(HttpRequest request)
    {
        var path = BucketHost.PathOf(request.Host.Host, request.Path.Value ?? "/", isSigned: false);
        return path.Split('/', 3) is [_, { Length: > 0 } name, ..] ? store.Current.Find(S3Tables.Buckets, name) : null;
    }

    private static void Tell(HttpResponse response, CORSRule rule, string origin, string[] headers)
    {
        foreach (var (name, value) in CorsPlanner.Headers(rule, origin, headers)) response.Headers[name] = value;
    }

    private static Task RefuseAsync(HttpContext context, string code, string message, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{System.Security.SecurityElement.Escape(message)}</Message></Error>", Encoding.UTF8, context.RequestAborted);
    }
}
