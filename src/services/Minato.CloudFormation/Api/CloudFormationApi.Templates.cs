using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Api;

// Templates by themselves, and the types that they can name.
internal sealed partial class CloudFormationApi
{
    private static readonly ImmutableArray<TemplateStage> s_stages = [TemplateStage.Original, TemplateStage.Processed];

    private const string PricingUrl = "http://calculator.s3.amazonaws.com/calc5.html?key=cloudformation/";

    public Task<GetTemplateResponse> GetTemplateAsync(GetTemplateRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var home = Home.Of(caller);
        StackInputs inputs;
        if (request.ChangeSetName is { } name)
        {
            inputs = FindChangeSet(state, home, name, request.StackName).Inputs;
        }
        else
        {
            var stackName = request.StackName ?? throw TemplateErrors.Validation("StackName is required if ChangeSetName is not specified.");
            var stack = StackErrors.Find(state, home, stackName) ?? throw StackErrors.NotFound(stackName);
            // The CDK reads the template of a stack whose first change set it has not executed yet: there is the stack, and nothing in it.
            if (stack.Status is StackStatus.ReviewInProgress) return Task.FromResult(new GetTemplateResponse { TemplateBody = "", StagesAvailable = s_stages });
            inputs = stack.Inputs;
        }
        var template = state.Find(CloudFormationTables.Templates, inputs.TemplateId) ?? throw StackErrors.NotFound(request.StackName ?? "");
        return Task.FromResult(new GetTemplateResponse
        {
            TemplateBody = request.TemplateStage is TemplateStage.Processed ? template.Processed ?? template.Original : template.Original,
            StagesAvailable = s_stages,
        });
    }

    public async Task<ValidateTemplateResponse> ValidateTemplateAsync(ValidateTemplateRequest request, Caller caller, CancellationToken ct)
    {
        var template = await preparation.ParseAsync(await preparation.ReadAsync(request.TemplateBody, request.TemplateURL, caller, ct), caller, ct);
        var (needed, reasons) = Capabilities.Of(template);
        return new()
        {
            Description = template.Description, Capabilities = CapabilitiesOf(template, needed), CapabilitiesReason = ReasonOf(reasons),
            DeclaredTransforms = template.Transforms.IsEmpty ? null : template.Transforms,
            Parameters = [.. template.Parameters.Values.Select(p => new TemplateParameter { ParameterKey = p.Name, DefaultValue = p.Default, NoEcho = p.NoEcho, Description = p.Description })],
        };
    }

    public async Task<GetTemplateSummaryResponse> GetTemplateSummaryAsync(GetTemplateSummaryRequest request, Caller caller, CancellationToken ct)
    {
        if (request.StackSetName is { } set) throw new StackSetNotFoundException($"StackSet {set} not found");
        string text;
        if (request.StackName is { } name)
        {
            var stack = StackErrors.Find(store.Current, Home.Of(caller), name) ?? throw StackErrors.NotFound(name);
            if (stack.Status is StackStatus.ReviewInProgress) throw TemplateErrors.Validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
            text = store.Current.Find(CloudFormationTables.Templates, stack.Inputs.TemplateId)?.Original ?? throw StackErrors.NotFound(name);
        }
        else
        {
            text = await preparation.ReadAsync(request.TemplateBody, request.TemplateURL, caller, ct);
        }
        var template = await preparation.ParseAsync(text, caller, ct);
        var (needed, reasons) = Capabilities.Of(template);
        return new()
        {
            Description = template.Description, Capabilities = CapabilitiesOf(template, needed), CapabilitiesReason = ReasonOf(reasons),
            Metadata = template.Metadata?.ToJsonString(StepDecider.Plain), Version = Values.Text(template.Root["AWSTemplateFormatVersion"]),
            DeclaredTransforms = template.Transforms.IsEmpty ? null : template.Transforms, ResourceTypes = [.. template.Resources.Values.Select(r => r.Type).Distinct()],
            Parameters = [.. template.Parameters.Values.Select(Declare)],
            ResourceIdentifierSummaries =
            [
                .. template.Resources.Values.GroupBy(r => r.Type).Where(g => types.Find(g.Key)?.Schema.Identifiers.Count > 0).Select(g => new ResourceIdentifierSummary
                {
                    ResourceType = g.Key, LogicalResourceIds = [.. g.Select(r => r.LogicalId)], ResourceIdentifiers = [.. types.Find(g.Key)?.Schema.Identifiers ?? []],
                }),
            ],
        };
    }

    private static ParameterDeclaration Declare(ParameterDefinition parameter) => new()
    {
        ParameterKey = parameter.Name, DefaultValue = parameter.Default, ParameterType = parameter.Type, NoEcho = parameter.NoEcho, Description = parameter.Description,
        ParameterConstraints = new() { AllowedValues = parameter.AllowedValues.IsEmpty ? null : parameter.AllowedValues },
    };

    private static ImmutableArray<Capability>? CapabilitiesOf(Template template, Capability? needed)
    {
        var all = new List<Capability>();
        if (needed is { } iam) all.Add(iam);
        if (template.Transforms.Length > 0) all.Add(Capability.CapabilityAutoExpand);
        return all.Count == 0 ? null : [.. all];
    }

    private static string? ReasonOf(IReadOnlyList<string> types) =>
        types.Count == 0 ? null : $"The following resource(s) require capabilities: [{string.Join(", ", types)}]";

    public async Task<EstimateTemplateCostResponse> EstimateTemplateCostAsync(EstimateTemplateCostRequest request, Caller caller, CancellationToken ct)
    {
        await preparation.ParseAsync(await preparation.ReadAsync(request.TemplateBody, request.TemplateURL, caller, ct), caller, ct);
        return new() { Url = PricingUrl + ids.Uuid() };
    }

    public Task<DescribeAccountLimitsResponse> DescribeAccountLimitsAsync(DescribeAccountLimitsRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeAccountLimitsResponse
        {
            AccountLimits =
            [
                new() { Name = "StackLimit", Value = 2000 }, new() { Name = "StackOutputsLimit", Value = 200 }, new() { Name = "ConcurrentResourcesLimit", Value = 2500 },
            ],
        });

    public Task<ListTypesResponse> ListTypesAsync(ListTypesRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: without a visibility only the account's own types are listed, of which there are none here.
        var found = request is { Visibility: Visibility.Public, Type: null or RegistryType.Resource } or { Filters.Category: Category.AwsTypes }
            ? types.Names.Where(n => request.Filters?.TypeNamePrefix is not { } prefix || n.StartsWith(prefix, StringComparison.Ordinal)) : [];
        var (page, next) = Page(nameof(ListTypesAsync), request.Filters?.TypeNamePrefix ?? "", found, n => n, request.NextToken);
        return Task.FromResult(new ListTypesResponse
        {
            TypeSummaries = [.. page.Select(n => new TypeSummary { Type = RegistryType.Resource, TypeName = n, TypeArn = TypeArn(caller, n), IsActivated = true })], NextToken = next,
        });
    }

    public Task<DescribeTypeResponse> DescribeTypeAsync(DescribeTypeRequest request, Caller caller, CancellationToken ct)
    {
        var name = request.TypeName ?? request.Arn?.Split('/')[^1].Replace("-", "::", StringComparison.Ordinal) ?? throw new CFNRegistryException("Either Arn or TypeName must be specified.");
        var type = types.Find(name) ?? throw new TypeNotFoundException($"The type '{name}' cannot be found.");
        var schema = new JsonObject
        {
            ["typeName"] = type.TypeName, ["required"] = Values.List(type.Schema.Required), ["createOnlyProperties"] = Values.List(type.Schema.CreateOnly.Select(Pointer)),
            ["readOnlyProperties"] = Values.List(type.Schema.Attributes.Select(Pointer)), ["primaryIdentifier"] = Values.List(type.Schema.Identifiers.Select(Pointer)),
            ["properties"] = new JsonObject(type.Schema.Properties.Union(type.Schema.Required).Union(type.Schema.CreateOnly).Select(p => KeyValuePair.Create(p, (JsonNode?)new JsonObject()))),
        };
        return Task.FromResult(new DescribeTypeResponse
        {
            Arn = TypeArn(caller, type.TypeName), Type = RegistryType.Resource, TypeName = type.TypeName, Visibility = Visibility.Public, DeprecatedStatus = DeprecatedStatus.Live,
            ProvisioningType = ProvisioningType.FullyMutable, SchemaValue = schema.ToJsonString(StepDecider.Plain), IsActivated = true,
        });

        static string Pointer(string property) => $"/properties/{property.Replace('.', '/')}";
    }

    private static string TypeArn(Caller caller, string name) => $"arn:aws:cloudformation:{caller.Region}::type/resource/{name.Replace("::", "-", StringComparison.Ordinal)}";
}
