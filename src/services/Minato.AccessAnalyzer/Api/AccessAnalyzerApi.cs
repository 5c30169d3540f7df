using System.Globalization;
using Minato.AccessAnalyzer.Planning;
using Minato.Aws;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer.Api;

/// <summary>Reads policies and says what is wrong with them. Nothing is kept.</summary>
internal sealed class AccessAnalyzerApi(PageTokens tokens) : IAccessanalyzer
{
    private const int PageSize = 100;
    private const string Operation = nameof(ValidatePolicyAsync);

    public Task<ValidatePolicyResponse> ValidatePolicyAsync(ValidatePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var first = request.NextToken is not { } token ? 0 : int.Parse(tokens.Decode(Operation, token) ?? throw new ValidationException("The specified token is not valid.") { Reason = ValidationExceptionReason.Other },
            CultureInfo.InvariantCulture);
        var size = request.MaxResults ?? PageSize;
        var all = PolicyChecks.Find(request.PolicyDocument, request.PolicyType, request.ValidatePolicyResourceType);
        return Task.FromResult(new ValidatePolicyResponse
        {
            Findings = [.. all.Skip(first).Take(size)],
            NextToken = all.Count > first + size ? tokens.Encode(Operation, (first + size).ToString(CultureInfo.InvariantCulture)) : null,
        });
    }
}
