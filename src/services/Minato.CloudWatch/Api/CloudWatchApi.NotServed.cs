using Minato.Aws;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Api;

// Operations of the model that Minato does not serve yet. A line goes away when its noun's file serves the operation.
internal sealed partial class CloudWatchApi
{
    private static AwsException NotServed(string operation) => AwsException.NotServed("cloudwatch", operation);

    public Task<DeleteAlarmMuteRuleResponse> DeleteAlarmMuteRuleAsync(DeleteAlarmMuteRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteAlarmMuteRule");
    public Task<DeleteAnomalyDetectorResponse> DeleteAnomalyDetectorAsync(DeleteAnomalyDetectorRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteAnomalyDetector");
    public Task<DeleteDashboardsResponse> DeleteDashboardsAsync(DeleteDashboardsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteDashboards");
    public Task<DeleteInsightRulesResponse> DeleteInsightRulesAsync(DeleteInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteInsightRules");
    public Task<DeleteMetricStreamResponse> DeleteMetricStreamAsync(DeleteMetricStreamRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteMetricStream");
    public Task<DescribeAlarmContributorsResponse> DescribeAlarmContributorsAsync(DescribeAlarmContributorsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeAlarmContributors");
    public Task<DescribeAnomalyDetectorsResponse> DescribeAnomalyDetectorsAsync(DescribeAnomalyDetectorsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeAnomalyDetectors");
    public Task<DescribeInsightRulesResponse> DescribeInsightRulesAsync(DescribeInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeInsightRules");
    public Task<DisableInsightRulesResponse> DisableInsightRulesAsync(DisableInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DisableInsightRules");
    public Task<EnableInsightRulesResponse> EnableInsightRulesAsync(EnableInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("EnableInsightRules");
    public Task<GetAlarmMuteRuleResponse> GetAlarmMuteRuleAsync(GetAlarmMuteRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetAlarmMuteRule");
    public Task<GetDashboardResponse> GetDashboardAsync(GetDashboardRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetDashboard");
    public Task<GetInsightRuleReportResponse> GetInsightRuleReportAsync(GetInsightRuleReportRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetInsightRuleReport");
    public Task<GetMetricStreamResponse> GetMetricStreamAsync(GetMetricStreamRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetMetricStream");
    public Task<GetMetricWidgetImageResponse> GetMetricWidgetImageAsync(GetMetricWidgetImageRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetMetricWidgetImage");
    public Task<GetOTelEnrichmentResponse> GetOTelEnrichmentAsync(GetOTelEnrichmentRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetOTelEnrichment");
    public Task<ListAlarmMuteRulesResponse> ListAlarmMuteRulesAsync(ListAlarmMuteRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListAlarmMuteRules");
    public Task<ListDashboardsResponse> ListDashboardsAsync(ListDashboardsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDashboards");
    public Task<ListManagedInsightRulesResponse> ListManagedInsightRulesAsync(ListManagedInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListManagedInsightRules");
    public Task<ListMetricStreamsResponse> ListMetricStreamsAsync(ListMetricStreamsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListMetricStreams");
    public Task<PutAlarmMuteRuleResponse> PutAlarmMuteRuleAsync(PutAlarmMuteRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutAlarmMuteRule");
    public Task<PutAnomalyDetectorResponse> PutAnomalyDetectorAsync(PutAnomalyDetectorRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutAnomalyDetector");
    public Task<PutDashboardResponse> PutDashboardAsync(PutDashboardRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutDashboard");
    public Task<PutInsightRuleResponse> PutInsightRuleAsync(PutInsightRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutInsightRule");
    public Task<PutManagedInsightRulesResponse> PutManagedInsightRulesAsync(PutManagedInsightRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutManagedInsightRules");
    public Task<PutMetricStreamResponse> PutMetricStreamAsync(PutMetricStreamRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutMetricStream");
    public Task<StartMetricStreamsResponse> StartMetricStreamsAsync(StartMetricStreamsRequest request, Caller caller, CancellationToken ct) => throw NotServed("StartMetricStreams");
    public Task<StartOTelEnrichmentResponse> StartOTelEnrichmentAsync(StartOTelEnrichmentRequest request, Caller caller, CancellationToken ct) => throw NotServed("StartOTelEnrichment");
    public Task<StopMetricStreamsResponse> StopMetricStreamsAsync(StopMetricStreamsRequest request, Caller caller, CancellationToken ct) => throw NotServed("StopMetricStreams");
    public Task<StopOTelEnrichmentResponse> StopOTelEnrichmentAsync(StopOTelEnrichmentRequest request, Caller caller, CancellationToken ct) => throw NotServed("StopOTelEnrichment");
}
