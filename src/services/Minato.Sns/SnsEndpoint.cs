using Microsoft.AspNetCore.Http;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Platform;
using Minato.Sns.Api;
using Minato.Sns.State;

namespace Minato.Sns;

/// <summary>The links in messages: nobody signs a request for them.</summary>
public sealed class SnsEndpoint
{
    private const string Certificates = "/SimpleNotificationService-";
    private readonly Store _store;
    private readonly ISns _sns;
    private readonly Ids _ids;

    public SnsEndpoint(Store store, ISns sns, Ids ids) => (_store, _sns, _ids) = (store, sns, ids);

    public static bool IsMeant(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && ((request.Path.Value?.StartsWith(Certificates, StringComparison.Ordinal) is true)
            || (request.Path == "/" && !request.Query.ContainsKey("X-Amz-Signature") && !request.Headers.ContainsKey("Authorization")
                && request.Query["Action"].ToString() is "ConfirmSubscription" or "Unsubscribe"));

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith(Certificates, StringComparison.Ordinal)) await CertificateAsync(context, path[Certificates.Length..].Replace(".pem", "", StringComparison.Ordinal));
        else await ActAsync(context);
    }

    private async Task CertificateAsync(HttpContext context, string id)
    {
        if (_store.Current.Find(SnsTables.Signers, id) is not { } signer)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/x-pem-file";
        await context.Response.WriteAsync(signer.Certificate, context.RequestAborted);
    }

    private async Task ActAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var caller = Caller.Anonymous(_ids.Uuid());
        try
        {
            if (query["Action"].ToString() is "Unsubscribe")
            {
                await _sns.UnsubscribeAsync(new() { SubscriptionArn = query["SubscriptionArn"].ToString() }, caller, context.RequestAborted);
                await WriteAsync(context, 200, LinkAnswer.Unsubscribed(caller.RequestId));
                return;
            }

            var confirmed = await _sns.ConfirmSubscriptionAsync(new() { TopicArn = query["TopicArn"].ToString(), Token = query["Token"].ToString() }, caller, context.RequestAborted);
            await WriteAsync(context, 200, LinkAnswer.Confirmed(confirmed.SubscriptionArn ?? "", caller.RequestId));
        }
        catch (AwsException e)
        {
            await WriteAsync(context, e.HttpStatus, LinkAnswer.Refused(e.Code, e.Message, caller.RequestId));
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string xml)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/xml";
        return context.Response.WriteAsync(xml, context.RequestAborted);
    }
}
