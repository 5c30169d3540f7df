using System.Collections.Immutable;

namespace Minato.Aws.Authorization;

/// <summary>Is told what policies decided, on the request's own path: it takes it and returns.</summary>
public interface IDecisionLog
{
    void Note(Caller caller, ImmutableArray<AuthorizedAction> decided);
}
