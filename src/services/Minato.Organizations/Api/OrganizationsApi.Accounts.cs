using Minato.Aws;
using Minato.Contracts.Organizations;
using Minato.Organizations.State;

namespace Minato.Organizations.Api;

internal sealed partial class OrganizationsApi
{
    private const int MostAccounts = 100;
    private const string DefaultRole = "OrganizationAccountAccessRole";

    // AWS: it answers at once and the account is there a little later.
    public async Task<CreateAccountResponse> CreateAccountAsync(CreateAccountRequest request, Caller caller, CancellationToken ct)
    {
        var id = $"car-{Letters(32)}";
        var account = ids.Digits(12);
        var changed = await ChangeAsync(caller, o =>
        {
            if (o.Members.Count + o.Creations.Values.Count(c => c.State is CreateAccountState.InProgress) >= MostAccounts)
                throw Constraint("You have exceeded the allowed number of AWS accounts.", ConstraintViolationExceptionReason.AccountNumberLimitExceeded);
            var creation = new CreationState { Id = id, AccountId = account, Name = request.AccountName, RoleName = request.RoleName ?? DefaultRole, AskedAt = clock.GetUtcNow() };
            if (o.Members.Values.Any(m => string.Equals(m.Email, request.Email, StringComparison.OrdinalIgnoreCase)))
                return o with { Creations = o.Creations.Add(id, creation with { State = CreateAccountState.Failed, EndedAt = clock.GetUtcNow(), Failure = CreateAccountFailureReason.EmailAlreadyExists }) };
            var member = new MemberState
            {
                Id = account, Name = request.AccountName, Email = request.Email, ParentId = o.RootId, Joined = AccountJoinedMethod.Created, JoinedAt = clock.GetUtcNow(),
            };
            return Tagged(o with { Creations = o.Creations.Add(id, creation), Members = o.Members.Add(account, member) }, account, request.Tags).WithDefault(account);
        }, ct);
        return new() { CreateAccountStatus = StatusOf(changed.Creations[id]) };
    }

    public Task<DescribeCreateAccountStatusResponse> DescribeCreateAccountStatusAsync(DescribeCreateAccountStatusRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeCreateAccountStatusResponse
        {
            CreateAccountStatus = StatusOf(RequireManaged(store.Current, caller).Creations.GetValueOrDefault(request.CreateAccountRequestId)
                ?? throw new CreateAccountStatusNotFoundException("We can't find an create account request with the CreateAccountRequestId that you specified.")),
        });

    public Task<ListCreateAccountStatusResponse> ListCreateAccountStatusAsync(ListCreateAccountStatusRequest request, Caller caller, CancellationToken ct)
    {
        var wanted = RequireManaged(store.Current, caller).Creations.Values.Where(c => request.States is not { Length: > 0 } states || states.Contains(c.State));
        var (page, next) = Page("creations", wanted, c => c.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListCreateAccountStatusResponse { CreateAccountStatuses = [.. page.Select(StatusOf)], NextToken = next });
    }

    public Task<DescribeAccountResponse> DescribeAccountAsync(DescribeAccountRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeAccountResponse { Account = AccountOf(RequireManaged(store.Current, caller), request.AccountId) });

    public Task<ListAccountsResponse> ListAccountsAsync(ListAccountsRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        var (page, next) = Page("accounts", o.Members.Values, m => m.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListAccountsResponse { Accounts = [.. page.Select(m => AccountOf(o, m.Id))], NextToken = next });
    }

    public Task<ListAccountsForParentResponse> ListAccountsForParentAsync(ListAccountsForParentRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireParent(caller, request.ParentId);
        var (page, next) = Page($"accounts {request.ParentId}", o.Members.Values.Where(m => m.ParentId == request.ParentId), m => m.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListAccountsForParentResponse { Accounts = [.. page.Select(m => AccountOf(o, m.Id))], NextToken = next });
    }

    public async Task<MoveAccountResponse> MoveAccountAsync(MoveAccountRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var member = FindMember(o, request.AccountId);
            if (!o.IsParent(request.DestinationParentId)) throw new DestinationParentNotFoundException("You specified a destination parent that doesn't exist.");
            if (member.ParentId != request.SourceParentId) throw new SourceParentNotFoundException("You specified a source parent that doesn't exist.");
            if (request.SourceParentId == request.DestinationParentId) throw new DuplicateAccountException("The account is already in the destination.");
            return o with { Members = o.Members.SetItem(member.Id, member with { ParentId = request.DestinationParentId }) };
        }, ct);
        return new();
    }

    // What is in the account stays: only its organization calls it closed.
    public async Task<CloseAccountResponse> CloseAccountAsync(CloseAccountRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var member = FindMember(o, request.AccountId);
            if (member.Id == o.ManagementId) throw Constraint("You cannot close the management account.", ConstraintViolationExceptionReason.CannotCloseManagementAccount);
            if (member.IsClosed) throw new AccountAlreadyClosedException("The provided account is already closed.");
            return o with { Members = o.Members.SetItem(member.Id, member with { IsClosed = true }) };
        }, ct);
        return new();
    }

    private static MemberState FindMember(OrganizationState o, string id) => o.Members.GetValueOrDefault(id) ?? throw new AccountNotFoundException("You specified an account that doesn't exist.");

    private static Account AccountOf(OrganizationState o, string id) => FindMember(o, id) is var m ? new()
    {
        Id = m.Id, Arn = Names.ArnOf(o, m.Id), Email = m.Email, Name = m.Name, Status = m.IsClosed ? AccountStatus.Suspended : AccountStatus.Active,
        State = m.IsClosed ? AccountState.Closed : AccountState.Active, JoinedMethod = m.Joined, JoinedTimestamp = m.JoinedAt,
    } : new();

    private static CreateAccountStatus StatusOf(CreationState c) => new()
    {
        Id = c.Id, AccountName = c.Name, State = c.State, RequestedTimestamp = c.AskedAt, CompletedTimestamp = c.EndedAt,
        AccountId = c.State is CreateAccountState.Succeeded ? c.AccountId : null, FailureReason = c.Failure,
    };
}
