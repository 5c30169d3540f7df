using System.Xml.Linq;

namespace Minato.Sns.Api;

/// <summary>What the links of messages answer, in the words of the Query protocol.</summary>
internal static class LinkAnswer
{
    private static readonly XNamespace s_sns = "http://sns.amazonaws.com/doc/2010-03-31/";

    public static string Confirmed(string subscription, string requestId) =>
        Answer("ConfirmSubscription", requestId, new XElement(s_sns + "ConfirmSubscriptionResult", new XElement(s_sns + "SubscriptionArn", subscription)));

    public static string Unsubscribed(string requestId) => Answer("Unsubscribe", requestId, null);

    public static string Refused(string code, string message, string requestId) => new XElement(s_sns + "ErrorResponse",
        new XElement(s_sns + "Error", new XElement(s_sns + "Type", "Sender"), new XElement(s_sns + "Code", code), new XElement(s_sns + "Message", message)),
        new XElement(s_sns + "RequestId", requestId)).ToString();

    private static string Answer(string action, string requestId, XElement? result) => new XElement(s_sns + (action + "Response"), result,
        new XElement(s_sns + "ResponseMetadata", new XElement(s_sns + "RequestId", requestId))).ToString();
}
