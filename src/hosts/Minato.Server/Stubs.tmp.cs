#pragma warning disable
using Microsoft.Extensions.DependencyInjection;
namespace Minato.Elb { public static class ElbRoom { public static IServiceCollection AddElb(this IServiceCollection s) => s; } }
namespace Minato.Logs { public static class LogsRoom { public static IServiceCollection AddLogs(this IServiceCollection s) => s; } }
namespace Minato.Ecr { public static class EcrRoom { public static IServiceCollection AddEcr(this IServiceCollection s) => s; } public class RegistryEndpoint { public Task HandleAsync(Microsoft.AspNetCore.Http.HttpContext c) => Task.CompletedTask; } }
namespace Minato.Platform.Files { public static class X { public static IServiceCollection AddFileBlobs(this IServiceCollection s, string d) => s; } }
namespace Minato.Platform.Sqlite { public static class X { public static IServiceCollection AddSqlite(this IServiceCollection s, string d) => s; } }
namespace Minato.Aws { public class AwsClient(HttpClient h, Uri u, Minato.Aws.Signing.Credential c) : Minato.Aws.Dispatch.IAwsInvoker { public Task<TOut> InvokeAsync<TOut>(Minato.Aws.Dispatch.ServiceModel service, Minato.Aws.Dispatch.OperationModel operation, Minato.Aws.Shapes.IShape request, Caller caller, CancellationToken ct) where TOut : Minato.Aws.Shapes.IShape<TOut> => throw new(); } }
